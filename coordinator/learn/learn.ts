/**
 * @file The page `/learn`: how neural networks learn, one picture an idea. It needs no run, no token and no network: all
 * is computed here, by the product's kernel. Its whole state is in its address.
 */
import type { Kernel } from "../../shared/kernels/kernel.ts";
import { create, element, onTheme, setText } from "../dashboard/page.ts";
import type { ClassPage, ClassScript } from "./classroom/class-page.ts";
import type { Theme } from "./draw/inks.ts";
import { createKernel } from "./kernel.ts";
import { figures, language, offerLanguages, say } from "./language.ts";
import type { RunState } from "./models/network/run-state.ts";
import { NetworkPage } from "./network-page.ts";
import { readTheme } from "./picture.ts";
import { fetchRun, takeToken } from "./run-network.ts";
import { SectionView } from "./section-view.ts";
import { sections } from "./sections/sections.ts";
import {
  linkOf,
  nextSeed,
  opened,
  type PageState,
  type SectionState,
  stateIn,
} from "./state/link.ts";
import { sayIn } from "./texts/section-texts.ts";
import { Ticker } from "./ticker.ts";

/** The address follows so long after the last change; browsers refuse to change it too often. */
const linkedAfterMs = 300;

// A projector has colours of its own, so this comes before they are read.
const isProjector = new URLSearchParams(location.search).has("projector");
document.documentElement.toggleAttribute("data-projector", isProjector);
const ticker = new Ticker();
let theme: Theme = readTheme();
const token = takeToken();
let page = stateIn(location.hash, sections);
let views: readonly SectionView[] = [];
let linkTimer = 0;
/** The script of a lesson, if this page takes part in one. */
let lesson: Parameters<ClassPage["listen"]>[0] | undefined;

offerLanguages();
showTexts();
void start();

async function start(): Promise<void> {
  let kernel: Kernel;
  try {
    kernel = await createKernel();
  } catch {
    // Without a kernel there is nothing to show but why.
    setText(element("lead"), say("noKernel"));
    document.body.dataset["shown"] = "";
    return;
  }
  await begin(kernel);
}

async function begin(kernel: Kernel): Promise<void> {
  const network = new NetworkPage();
  views = sections.map((section) => {
    const now = page.sections[section.id] ?? opened(section);
    return new SectionView(section, now, {
      kernel,
      theme: () => theme,
      seed: () => page.seed,
      ask: (question, by) => network.ask(question, by),
      wake: (view) => ticker.wake(view),
      changed: (view) => keep(view),
      linkTo: (view, state) => address(withSection(view, state)),
    });
  });
  element("sections").append(...views.map((view) => view.element));
  for (const view of views) ticker.wake(view);
  goTo(page.at);
  document.body.dataset["shown"] = "";
  onTheme(() => {
    theme = readTheme();
    for (const view of views) view.redraw();
    lesson?.themed();
  });
  addEventListener("hashchange", restore);
  const refresh = element("network-now", HTMLButtonElement);
  refresh.addEventListener("click", () => void useRun(network));
  offerFiles(network);
  await useRun(network);
  if (token !== undefined) await enterClass(network, token);
}

/** Readers who came with a token may take part in a lesson, whose script only they load. */
async function enterClass(network: NetworkPage, shown: string): Promise<void> {
  // Not a constant, so that it stays a file of its own.
  const path = new URL("class.js", document.baseURI).href;
  try {
    const script: ClassScript = await import(path);
    script.enterClass({
      token: shown,
      views,
      state: () => page,
      show,
      goTo,
      linkOf: (state) => linkOf(state, sections),
      stateIn: (link) => stateIn(link, sections),
      use: (run) => use(network, run),
      ask: (question, by) => network.ask(question, by),
      theme: () => theme,
      listen: (events) => (lesson = events),
    });
  } catch {
    // The coordinator is away. Without it, there is no lesson.
  }
}

/** The pictures show the network of a checkpoint, if somebody opens one. */
function offerFiles(network: NetworkPage): void {
  const input = element("network-file", HTMLInputElement);
  element("network-open").addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    const [file] = input.files ?? [];
    // The same file may be chosen again, with other contents.
    input.value = "";
    if (file !== undefined) void useFile(network, file);
  });
}

/** The optimizer's tensors make a checkpoint of this network three times as large as its parameters, at most. */
const fileBytesMax = 1_000_000;

async function useFile(network: NetworkPage, file: File): Promise<void> {
  const { name, size } = file;
  const step =
    size > fileBytesMax ? undefined : await network.read(new Uint8Array(await file.arrayBuffer()));
  if (step === undefined) return setText(element("network"), say("otherNetwork", { name }));
  for (const view of views) view.answered();
  setText(element("network"), say("fileNetwork", { name, step: figures.whole(step) }));
}

/** The pictures show the network of the run in progress, as it is now, where there is one. */
async function useRun(network: NetworkPage): Promise<void> {
  const run = token === undefined ? undefined : await fetchRun(token);
  if (run !== undefined) return use(network, run);
  setText(element("network"), say("ownNetwork"));
  element("network-now").hidden = true;
}

function use(network: NetworkPage, run: RunState): void {
  network.use(run);
  for (const view of views) view.answered();
  setText(element("network"), say("runNetwork", { step: figures.whole(run.step) }));
  element("network-now").hidden = false;
}

/** The page at a section, with another state of it. */
function withSection({ section: { id } }: SectionView, state: SectionState): PageState {
  return { ...page, at: id, sections: { ...page.sections, [id]: state } };
}

function keep(view: SectionView): void {
  page = { ...page, sections: { ...page.sections, [view.section.id]: view.now } };
  linkSoon();
  lesson?.changed(view);
}

function linkSoon(): void {
  window.clearTimeout(linkTimer);
  linkTimer = window.setTimeout(() => history.replaceState(null, "", address(page)), linkedAfterMs);
}

function address(state: PageState): string {
  const { pathname, search, origin } = location;
  return `${origin}${pathname}${search}#${linkOf(state, sections)}`;
}

/** Somebody followed a link to this page on this page. */
function restore(): void {
  show(stateIn(location.hash, sections));
  goTo(page.at);
}

/** Shows another state of the page. Sections that stay as they are are left alone. */
function show(state: PageState): void {
  const isSeedNew = state.seed !== page.seed;
  page = state;
  for (const view of views) {
    const now = page.sections[view.section.id];
    const isNew = now !== undefined && JSON.stringify(now) !== JSON.stringify(view.now);
    if (isNew) view.restore(now);
    else if (isSeedNew) view.redraw();
  }
  linkSoon();
}

function goTo(id: string): void {
  if (id !== "") document.getElementById(id)?.scrollIntoView();
}

function showTexts(): void {
  document.title = say("title");
  setText(element("title"), say("title"));
  setText(element("lead"), say("lead"));
  setText(element("dashboard-link"), say("dashboard"));
  setText(element("join-link"), say("join"));
  setText(element("network"), say("ownNetwork"));
  setText(element("network-now"), say("networkNow"));
  setText(element("network-open"), say("openNetwork"));
  const contents = element("contents");
  contents.setAttribute("aria-label", say("contents"));
  const list = create("ol");
  for (const { id, texts } of sections) {
    const item = create("li");
    const link = create("a", "", sayIn(texts, language)("title"));
    link.href = `#at=${id}`;
    link.addEventListener("click", (event) => {
      event.preventDefault();
      goTo(id);
    });
    item.append(link);
    list.append(item);
  }
  contents.append(list);
  const seed = element("new-numbers", HTMLButtonElement);
  setText(seed, say("newNumbers"));
  seed.addEventListener("click", () => {
    page = { ...page, seed: nextSeed(page.seed) };
    history.replaceState(null, "", address(page));
    for (const view of views) view.redraw();
  });
}
