/**
 * @file A lesson in the page `/learn`, bundled as `class.js` and fetched only by readers with a token. Everybody takes part;
 * with the admin token one leads. What is shown follows from what the lesson said last and from what the page is.
 */
import type { Activity, Answer, LecturerMessage } from "../../classroom/messages.ts";
import { element } from "../../dashboard/page.ts";
import { figures, language } from "../language.ts";
import type { RunState } from "../models/network/run-state.ts";
import { fetchMoment } from "../run-network.ts";
import type { SectionView } from "../section-view.ts";
import type { Point } from "../state/bet.ts";
import { sayIn } from "../texts/section-texts.ts";
import { type BarButton, ClassBar } from "./bar.ts";
import { Bets } from "./bets.ts";
import type { ClassPage } from "./class-page.ts";
import { ClassSocket } from "./class-socket.ts";
import { type ClassState, hears, noClass } from "./class-state.ts";
import { cursorIn, followed, questionOf, withCursor, withoutPlaces } from "./follow.ts";
import { sectionInView } from "./in-view.ts";
import { Pace } from "./pace.ts";
import type { Panel } from "./panels/panel.ts";
import { panelActivities, panelFor } from "./panels/panels.ts";
import { say } from "./texts.ts";

/** Takes part in the lesson of the page's coordinator, or leads it. */
export function enterClass(page: ClassPage): void {
  const classroom = new Classroom(page);
  page.listen(classroom);
}

/** The lecturer's page tells the others of a change this often: less than `commandRate`. */
const leadPaceMs = 400;
/** A vote that was opened by mistake in the opening of the page is on its first section. */
const firstSection = 0;

class Classroom {
  readonly #page: ClassPage;
  readonly #bar = new ClassBar();
  readonly #socket: ClassSocket;
  readonly #lead = new Pace(leadPaceMs, () => this.#tellLink());
  #bets: Bets | undefined;
  /** The card of the activity, and the number of its activity. */
  #panel: { readonly number: number; readonly panel: Panel } | undefined;
  #state: ClassState = noClass;
  #connection: "open" | "away" | "over" = "away";
  /** Whether this page shows what the lecturer shows. */
  #isFollowing = true;
  #followedLink: string | null = null;
  /** The activity at whose moment of the run the page looks. */
  #momentOf = 0;
  /** The run at that moment; `null` without one that the pictures can show, `undefined` until it is here. */
  #run: RunState | null | undefined = null;

  constructor(page: ClassPage) {
    this.#page = page;
    document.body.append(this.#bar.element);
    this.#socket = new ClassSocket(page.token, {
      message: (message) => {
        this.#state = hears(this.#state, message);
        this.#connection = "open";
        this.#show();
      },
      lost: (isOver) => {
        this.#connection = isOver ? "over" : "away";
        this.#show();
      },
    });
    addEventListener("scroll", () => this.#scrolled(), { passive: true });
  }

  /** The colours changed. */
  themed(): void {
    this.#panel?.panel.themed();
  }

  get #isLeading(): boolean {
    return this.#state.hello?.role === "operator";
  }

  #show(): void {
    if (this.#state.hello !== undefined) this.#showLesson();
    this.#showBar();
  }

  #showLesson(): void {
    const { following, activity } = this.#state;
    const send = this.#isLeading
      ? undefined
      : (place: { x: number; y: number }) => this.#tap(place);
    this.#bets ??= new Bets({
      page: this.#page,
      send,
      isReady: () => this.#run !== undefined,
      told: () => this.#showBar(),
    });
    if (activity !== null && activity.number !== this.#momentOf) {
      this.#momentOf = activity.number;
      this.#run = activity.moment === null ? null : undefined;
      if (activity.moment !== null) void this.#useMoment(activity.number);
    }
    this.#bets.show(this.#state);
    this.#showPanel();
    if (!this.#isLeading && this.#isFollowing && following !== this.#followedLink) {
      this.#follow(following);
    }
  }

  /** Activities other than a bet have a card above the sections. */
  #showPanel(): void {
    const { activity, hello } = this.#state;
    if (activity?.number !== this.#panel?.number) {
      this.#panel?.panel.element.remove();
      this.#panel = undefined;
    }
    if (activity === null || hello === undefined) return;
    const { number, activity: what } = activity;
    if (this.#panel === undefined) {
      const send = this.#isLeading ? undefined : (answer: Answer) => this.#answer(number, answer);
      const open = this.#isLeading
        ? (next: Activity) => this.#order({ kind: "open", activity: next })
        : undefined;
      const host = { page: this.#page, activity: what, seat: hello.seat, open, send };
      const panel = panelFor({ ...host, run: () => this.#run });
      if (panel === undefined) return;
      this.#panel = { number, panel };
      element("sections").before(panel.element);
      const target = this.#isLeading ? panel.sight : panel.element;
      const block = target === panel.element ? "start" : "center";
      // When it has its size.
      requestAnimationFrame(() => target.scrollIntoView({ block }));
    }
    this.#panel.panel.show(this.#state);
  }

  #answer(number: number, answer: Answer): void {
    const { activity } = this.#state;
    if (activity?.number !== number) return;
    this.#socket.send({ kind: "answer", activity: number, round: activity.round, answer });
  }

  /** All pages look at the same state of the run, however fast it goes on. */
  async #useMoment(number: number): Promise<void> {
    const run = await fetchMoment(this.#page.token);
    if (number !== this.#momentOf) return;
    this.#run = run ?? null;
    if (run !== undefined) this.#page.use(run);
    this.#show();
  }

  #tap({ x, y }: Point): void {
    this.#answer(this.#state.activity?.number ?? 0, { kind: "bet", x, y });
  }

  // ── follow me ──────────────────────────────────────────────────────────────────────────────────────────────────

  /** A reader changed a section. */
  changed(view: SectionView): void {
    this.#bets?.changed(view);
    this.#leads();
  }

  #scrolled(): void {
    this.#leads();
    if (this.#isLeading) this.#showBar();
  }

  #leads(): void {
    if (this.#isLeading && this.#state.following !== null) this.#lead.ask();
  }

  #tellLink(): void {
    const view = sectionInView(this.#page.views);
    const at = view?.section.id ?? "";
    const shown = this.#page.linkOf(withoutPlaces({ ...this.#page.state(), at }));
    const link = withCursor(shown, at, view?.cursor);
    if (link !== this.#state.following) this.#order({ kind: "follow", link });
  }

  #follow(link: string | null): void {
    // An activity has a picture of its own; what is followed is shown after it.
    if (this.#state.activity !== null) return;
    const before = this.#followedLink;
    this.#followedLink = link;
    if (link === null) return;
    const lead = this.#page.stateIn(link);
    this.#page.show(followed(lead, this.#page.state()));
    const cursor = cursorIn(link);
    if (cursor !== undefined) this.#viewOf(cursor.id)?.follow(cursor);
    const wasAt = before === null ? undefined : this.#page.stateIn(before).at;
    if (lead.at === wasAt) return;
    if (lead.at === "") scrollTo({ top: 0 });
    else this.#page.goTo(lead.at);
  }

  #viewOf(id: string): SectionView | undefined {
    return this.#page.views.find(({ section }) => section.id === id);
  }

  #letGo(isFollowing: boolean): void {
    this.#isFollowing = isFollowing;
    this.#followedLink = null;
    this.#show();
  }

  // ── the strip ──────────────────────────────────────────────────────────────────────────────────────────────────

  #order(message: LecturerMessage): void {
    this.#socket.send(message);
  }

  #showBar(): void {
    const { people, hello } = this.#state;
    // Where there is no lesson, nothing tells of one.
    this.#bar.element.hidden = hello === undefined && this.#connection !== "over";
    const isIn = this.#connection === "open";
    this.#bar.show({
      count: isIn ? say("people", { count: figures.whole(people) }) : "",
      status: isIn ? this.#status : say(this.#connection === "over" ? "over" : "away"),
      buttons: !isIn ? [] : this.#isLeading ? this.#leaderButtons() : this.#memberButtons(),
    });
  }

  get #status(): string {
    const { activity, following, people } = this.#state;
    if (activity !== null) {
      const { result = "" } = this.#bets ?? {};
      if (result !== "") return `· ${result}`;
      const answered = figures.whole(activity.answered);
      const of = figures.whole(Math.max(people, activity.answered));
      return `· ${this.#titleOf(activity.activity)} · ${say("answeredOf", { answered, people: of })}`;
    }
    if (following === null || this.#isLeading) return "";
    return `· ${say(this.#isFollowing ? "follows" : "isAlone")}`;
  }

  #titleOf(activity: Activity): string {
    return say(activity.kind);
  }

  #memberButtons(): readonly BarButton[] {
    if (this.#state.following === null) return [];
    const act = () => this.#letGo(!this.#isFollowing);
    const text = say(this.#isFollowing ? "letGo" : "followAgain");
    return [{ key: "follow", text, act }];
  }

  #leaderButtons(): readonly BarButton[] {
    const { activity, following } = this.#state;
    const leads = following !== null;
    const lead: BarButton = {
      key: "lead",
      text: say(leads ? "leading" : "lead"),
      isPressed: leads,
      act: () => (leads ? this.#order({ kind: "follow", link: null }) : this.#tellLink()),
    };
    const end: BarButton = {
      key: "end",
      text: say("end"),
      act: () => this.#order({ kind: "end" }),
    };
    if (activity === null) return [lead, ...this.#openButtons()];
    return [lead, ...this.#phaseButtons(), end];
  }

  #openButtons(): readonly BarButton[] {
    const view = sectionInView(this.#page.views) ?? this.#page.views[firstSection];
    if (view === undefined) return [];
    const { id, texts } = view.section;
    const title = sayIn(texts, language)("title");
    const open = () => {
      const link = this.#page.linkOf(questionOf(this.#page.state(), id));
      this.#order({ kind: "open", activity: { kind: "bet", section: id, link } });
    };
    return [
      { key: "bet", text: say("openBet", { title }), act: open },
      ...panelActivities.map((activity) => ({
        key: activity.kind,
        text: say(activity.kind),
        act: () => this.#order({ kind: "open", activity }),
      })),
    ];
  }

  /** What may follow in the activity. */
  #phaseButtons(): readonly BarButton[] {
    const { activity } = this.#state;
    const kind = activity?.activity.kind;
    if (activity === null || (kind !== "bet" && kind !== "writing")) return [];
    const isBet = kind === "bet";
    const close = this.#orderButton("close", say(isBet ? "close" : "showAll"), true);
    const reveal = this.#orderButton("reveal", say("reveal"), true);
    const again = this.#orderButton("again", say("again"), false);
    if (activity.phase === "open") return [close];
    if (!isBet) return [];
    return activity.phase === "closed" ? [reveal, again] : [again];
  }

  #orderButton(kind: "close" | "reveal" | "again", text: string, isPrimary: boolean): BarButton {
    return { key: kind, text, isPrimary, act: () => this.#order({ kind }) };
  }
}
