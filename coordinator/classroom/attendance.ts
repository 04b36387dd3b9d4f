/**
 * @file The pages of a lesson, on `/class`: their places, seats and rates, and the news that they get a few times per
 * second. What a message does to the lesson is decided in `lesson.ts`. Nothing here touches the run.
 */
import { randomUUID } from "node:crypto";

import {
  adminQuota,
  answerRate,
  classQuota,
  classSeatsMax,
  commandRate,
} from "../../shared/protocol/limits.ts";
import { sentence } from "../../shared/words/sentence.ts";
import { RateLimit } from "../edge/limits/rate-limit.ts";
import type { Visitor } from "../edge/upgrades.ts";
import { type Guest, type GuestEvents, Guests, type GuestsOptions } from "../watch/guests.ts";
import { activityView, answered, answersSince, led, type Lesson, newLesson } from "./lesson.ts";
import {
  type ClassMessage,
  type Moment,
  readGreeting,
  readLecturer,
  readParticipant,
} from "./messages.ts";

export interface AttendanceOptions extends Pick<GuestsOptions, "roleOf" | "refused" | "now"> {
  /** Copies the run's current state for the lesson; `null` if there is no run, or its model is too large. */
  readonly takeMoment: () => Moment | null;
}

interface Pupil {
  /** Versions of the lesson that it was told of, and the last text about it. */
  seen: number;
  told: string;
}

export class Attendance {
  readonly #options: AttendanceOptions;
  readonly #guests: Guests;
  readonly #pupils = new Map<Guest, Pupil>();
  readonly #seats = new Seats();
  #lesson: Lesson = newLesson;
  /** The news since a version, which most pages have in common. */
  readonly #news = new Map<number, string>();

  constructor(options: AttendanceOptions) {
    this.#options = options;
    this.#guests = new Guests(
      {
        ...options,
        places: { viewer: classQuota, operator: adminQuota },
        tokenIn: (greeting) => readGreeting(greeting).token,
        words: { needsToken: sentence("class-needs-token"), full: sentence("class-is-full") },
      },
      (guest, greeting) => this.#admit(guest, readGreeting(greeting).key),
    );
  }

  /** Adds a socket connected to `/class`. Its first message must show a token. */
  add(visitor: Visitor): void {
    this.#guests.add(visitor);
  }

  /** Sends the news to every page that has read the previous ones, and drops the dead ones. */
  update(): void {
    if (this.#guests.count === 0) return;
    this.#guests.watch();
    const lesson = this.#lessonText();
    for (const [guest, pupil] of this.#pupils) this.#tell(guest, pupil, lesson);
  }

  #admit(guest: Guest, key: string | undefined): GuestEvents {
    const seat = this.#seats.take(key);
    const pupil: Pupil = { seen: 0, told: "" };
    const isLeading = guest.role === "operator";
    const rate = new RateLimit(isLeading ? commandRate : answerRate, this.#options.now());
    this.#pupils.set(guest, pupil);
    const hello = { kind: "hello", role: guest.role, seat: seat.number, key: seat.key } as const;
    guest.send(JSON.stringify(hello satisfies ClassMessage));
    this.#tell(guest, pupil, this.#lessonText());
    return {
      message: (text = "") => {
        if (!rate.take(this.#options.now())) {
          return guest.refuse("ERR_RATE", sentence("too-many-answers"));
        }
        if (isLeading) this.#lead(guest, text);
        else this.#answer(guest, seat.number, text);
      },
      left: () => {
        this.#pupils.delete(guest);
        this.#seats.leave(seat.key);
      },
    };
  }

  #lead(guest: Guest, text: string): void {
    const message = readLecturer(text);
    if (message === undefined) return guest.refuse("ERR_HEADER", sentence("class-message-wrong"));
    const moment = message.kind === "open" ? this.#options.takeMoment() : null;
    this.#change(led(this.#lesson, message, moment));
    // Whoever leads sees at once what happened.
    const pupil = this.#pupils.get(guest);
    if (pupil !== undefined) this.#tell(guest, pupil, this.#lessonText());
  }

  #answer(guest: Guest, seat: number, text: string): void {
    const message = readParticipant(text);
    if (message === undefined) return guest.refuse("ERR_HEADER", sentence("class-message-wrong"));
    this.#change(answered(this.#lesson, seat, message));
  }

  #change(lesson: Lesson): void {
    if (lesson === this.#lesson) return;
    this.#lesson = lesson;
    this.#news.clear();
  }

  #tell(guest: Guest, pupil: Pupil, lesson: string): void {
    if (!guest.isReady) return;
    if (pupil.told !== lesson) {
      pupil.told = lesson;
      guest.send(lesson);
    }
    const { version } = this.#lesson;
    if (pupil.seen === version) return;
    const news = this.#newsSince(pupil.seen);
    pupil.seen = version;
    if (news !== "") guest.send(news);
  }

  #newsSince(version: number): string {
    const known = this.#news.get(version);
    if (known !== undefined) return known;
    const answers = answersSince(this.#lesson, version);
    const activity = this.#lesson.activity?.number ?? 0;
    const message = { kind: "answers", activity, answers } satisfies ClassMessage;
    const text = answers.length === 0 ? "" : JSON.stringify(message);
    this.#news.set(version, text);
    return text;
  }

  #lessonText(): string {
    const { following } = this.#lesson;
    const people = [...this.#pupils.keys()].filter(({ role }) => role === "viewer").length;
    const activity = activityView(this.#lesson);
    const message = { kind: "lesson", people, following, activity } satisfies ClassMessage;
    return JSON.stringify(message);
  }
}

interface Seat {
  readonly number: number;
  /** A secret between the page and the lesson, so that nobody sits down on another's seat. */
  readonly key: string;
}

/** Numbers of devices, which they keep while they reconnect. */
class Seats {
  readonly #seats = new Map<string, { readonly number: number; sockets: number }>();
  #next = 1;

  /** The seat of a key, or a new one. */
  take(key: string | undefined): Seat {
    const known = key === undefined ? undefined : this.#seats.get(key);
    if (key !== undefined && known !== undefined) {
      known.sockets += 1;
      return { number: known.number, key };
    }
    this.#forget();
    const seat = { number: this.#next++, key: randomUUID() };
    this.#seats.set(seat.key, { number: seat.number, sockets: 1 });
    return seat;
  }

  leave(key: string): void {
    const seat = this.#seats.get(key);
    if (seat !== undefined) seat.sockets -= 1;
  }

  #forget(): void {
    if (this.#seats.size < classSeatsMax) return;
    for (const [key, { sockets }] of this.#seats) {
      if (sockets > 0) continue;
      this.#seats.delete(key);
      return;
    }
  }
}
