/** @file How others join: the link, its QR code, and a button that copies it. */
import { renderSVG } from "uqr";

import type { CoordinatorView } from "../../run/view.ts";
import { element, setText } from "../page.ts";
import { say } from "../texts/language.ts";

export class JoinPanel {
  #shown = "";

  constructor() {
    const button = element("copy-link");
    button.addEventListener("click", () => void this.#copy(button));
    const dialog = element("join-dialog", HTMLDialogElement);
    element("enlarge-qr").addEventListener("click", () => dialog.showModal());
  }

  async #copy(button: HTMLElement): Promise<void> {
    const isCopied = await copy(this.#shown);
    button.focus();
    setText(button, say(isCopied ? "copied" : "copyLost"));
    setTimeout(() => setText(button, say("copyLink")), isCopied ? 2_000 : 6_000);
  }

  show({
    joinUrl,
    otherJoinUrls,
    workers,
  }: Pick<CoordinatorView, "joinUrl" | "otherJoinUrls" | "workers">): void {
    const count = workers.filter(({ state }) => state !== "gone").length;
    setText(element("join-count"), say("devicesIn", { count }));
    if (joinUrl === this.#shown) return;
    this.#shown = joinUrl;
    showOthers(otherJoinUrls);
    const link = element("join-link");
    link.setAttribute("href", joinUrl);
    // The link contains the token. For reading aloud, the address is enough.
    const address = joinUrl.replace(/#.*$/u, "");
    setText(link, address);
    setText(element("join-address"), address);
    const svg = new DOMParser().parseFromString(renderSVG(joinUrl), "image/svg+xml");
    for (const id of ["qr", "large-qr"]) {
      element(id).replaceChildren(document.importNode(svg.documentElement, true));
    }
  }
}

/** The links with this machine's other addresses. They are collapsed, because most people never need them. */
function showOthers(urls: readonly string[]): void {
  const details = element("other-links");
  details.hidden = urls.length === 0;
  const items = urls.map((url) => {
    const link = document.createElement("a");
    link.href = url;
    link.textContent = url.replace(/#.*$/u, "");
    const item = document.createElement("li");
    item.append(link);
    return item;
  });
  details.querySelector("ul")?.replaceChildren(...items);
}

/** @returns Whether the text is in the clipboard. */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Pages over plain http have no such clipboard, and a browser may refuse it elsewhere too.
    return copyAsOfOld(text);
  }
}

/** Copies like a person: selects the text in a field and copies it. Takes the focus. */
function copyAsOfOld(text: string): boolean {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "visually-hidden";
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  return isCopied;
}
