/** @file How others join: the link, its QR code, and a button that copies it. */
import { renderSVG } from "uqr";

import { say } from "./language.ts";
import { element, setText } from "./page.ts";

export class JoinPanel {
  #shown = "";

  constructor() {
    const button = element("copy-link");
    button.addEventListener("click", () => void this.#copy(button));
  }

  async #copy(button: HTMLElement): Promise<void> {
    await copy(this.#shown);
    setText(button, say("copied"));
    setTimeout(() => setText(button, say("copyLink")), 2_000);
  }

  show(joinUrl: string): void {
    if (joinUrl === this.#shown) return;
    this.#shown = joinUrl;
    const link = element("join-link");
    link.setAttribute("href", joinUrl);
    // The token is in the link; for reading aloud the address is enough.
    setText(link, joinUrl.replace(/#.*$/u, ""));
    const svg = new DOMParser().parseFromString(renderSVG(joinUrl), "image/svg+xml");
    element("qr").replaceChildren(document.importNode(svg.documentElement, true));
  }
}

/** The clipboard of a page over plain http is the old one. */
async function copy(text: string): Promise<void> {
  if (window.isSecureContext) return await navigator.clipboard.writeText(text);
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "visually-hidden";
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}
