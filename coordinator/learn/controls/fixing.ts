/**
 * @file Values that a link fixes, so that whoever opens it cannot change them: how such a control looks, and the links that
 * a section offers.
 */
import { create, setText } from "../../dashboard/page.ts";
import { say } from "../language.ts";

/** A field that a link can fix, with the text of its control. */
export interface Fixable {
  readonly name: string;
  readonly text: string;
}

export interface LinkSource {
  readonly fields: readonly Fixable[];
  /** What the link that opened this page has fixed. */
  readonly fixed: () => readonly string[];
  /** The address of what is shown now, in which these fields are fixed. */
  readonly linkTo: (fixed: readonly string[]) => string;
}

/** A fixed control shows its value, and that it cannot be changed. */
export function setFixed(control: HTMLElement, isFixed: boolean): void {
  if (control.hasAttribute("data-fixed") === isFixed) return;
  control.toggleAttribute("data-fixed", isFixed);
  for (const input of control.querySelectorAll("input")) input.disabled = isFixed;
  const name = control.querySelector("legend, label");
  if (isFixed) name?.append(create("span", "fixed soft", ` · ${say("fixed")}`));
  else name?.querySelector(".fixed")?.remove();
}

/** The link to what a section shows, and, folded, one in which chosen values are fixed. */
export function linksHere({ fields, fixed, linkTo }: LinkSource): readonly HTMLElement[] {
  const boxes = fields.map(({ name, text }) => {
    const box = create("input");
    box.type = "checkbox";
    box.value = name;
    box.checked = true;
    const label = create("label");
    label.append(box, text);
    return { box, label };
  });
  const chosen = () => boxes.filter(({ box }) => box.checked).map(({ box }) => box.value);
  const choice = create("fieldset", "fixing");
  choice.append(create("legend", "", say("fixes")), ...boxes.map(({ label }) => label));
  const fold = create("details");
  const link = linkElement("linkFixed", () => linkTo(chosen()));
  fold.append(create("summary", "", say("fix")), choice, link);
  return [linkElement("link", () => linkTo(fixed())), fold];
}

function linkElement(text: "link" | "linkFixed", address: () => string): HTMLElement {
  const link = create("a", "link-here", say(text));
  link.href = "#";
  link.addEventListener("click", (event) => {
    event.preventDefault();
    link.href = address();
    void giveOut(link);
  });
  return link;
}

/** Only secure contexts have a clipboard; elsewhere the address bar gets the link. */
async function giveOut(link: HTMLAnchorElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(link.href);
    setText(link, say("copied"));
  } catch {
    history.replaceState(null, "", link.href);
    setText(link, say("inAddress"));
  }
}
