/**
 * @file A lesson as a state machine: what the lecturer shows, what is open, and what was answered. Pure: sockets and
 * clocks are in `attendance.ts`. It knows nothing of sections, pictures or networks; the pages compute those.
 *
 * 1. Only a message of the lecturer changes what is followed, which activity there is, its phase, its round.
 * 2. An answer counts while its own activity is open, in its own round; any other came too late and is ignored.
 * 3. A seat has one answer a round: the last one.
 * 4. An activity keeps the answers of two rounds, at most `classAnswersMax` in each.
 * 5. Bets and drawings are secret until the round is closed, so that nobody copies.
 */
import { classAnswersMax } from "../../shared/protocol/limits.ts";
import type {
  Activity,
  ActivityView,
  Answer,
  LecturerMessage,
  Moment,
  ParticipantMessage,
  Phase,
  Told,
} from "./messages.ts";

interface Entry extends Told {
  readonly seat: number;
  /** Of the lesson, when it was written. */
  readonly version: number;
}

interface OpenActivity {
  readonly number: number;
  readonly activity: Activity;
  readonly moment: Moment | null;
  readonly phase: Phase;
  readonly round: number;
  readonly entries: readonly Entry[];
}

export interface Lesson {
  /** Counts the changes. */
  readonly version: number;
  /** Counts the activities. */
  readonly opened: number;
  readonly following: string | null;
  readonly activity: OpenActivity | null;
  /** Of entries, from 1. */
  readonly nextId: number;
}

export const newLesson: Lesson = {
  version: 0,
  opened: 0,
  following: null,
  activity: null,
  nextId: 1,
};

/** The lesson after a message of the lecturer. The same object if nothing changes. @param moment - For `open`. */
export function led(lesson: Lesson, message: LecturerMessage, moment: Moment | null): Lesson {
  const { activity } = lesson;
  switch (message.kind) {
    case "follow":
      if (message.link === lesson.following) return lesson;
      return next(lesson, { following: message.link });
    case "open": {
      const number = lesson.opened + 1;
      const opened = {
        number,
        activity: message.activity,
        moment,
        phase: "open",
        round: 1,
      } as const;
      return next(lesson, { opened: number, activity: { ...opened, entries: [] } });
    }
    case "close":
      return activity?.phase === "open" ? inPhase(lesson, activity, "closed") : lesson;
    case "reveal": {
      const isNews = activity !== null && activity.phase !== "revealed";
      return isNews ? inPhase(lesson, activity, "revealed") : lesson;
    }
    case "again":
      return activity === null || activity.phase === "open" ? lesson : votesAgain(lesson, activity);
    case "end":
      break;
  }
  return activity === null ? lesson : next(lesson, { activity: null });
}

/** The lesson after an answer. The same object if it does not count. */
export function answered(
  lesson: Lesson,
  seat: number,
  { activity: number, round, answer }: ParticipantMessage,
): Lesson {
  const { activity } = lesson;
  if (activity === null || activity.number !== number || activity.round !== round) return lesson;
  if (activity.phase !== "open" || activity.activity.kind !== answer.kind) return lesson;
  const place = activity.entries.findIndex((each) => each.seat === seat && each.round === round);
  const known = activity.entries[place];
  if (known === undefined && countIn(activity) >= classAnswersMax) return lesson;
  const id = known?.id ?? lesson.nextId;
  const entry = { id, seat, round, answer, version: lesson.version + 1 };
  const entries =
    known === undefined ? [...activity.entries, entry] : activity.entries.with(place, entry);
  const nextId = Math.max(lesson.nextId, id + 1);
  return next(lesson, { activity: { ...activity, entries }, nextId });
}

/** The activity as everybody sees it. */
export function activityView({ activity }: Lesson): ActivityView | null {
  if (activity === null) return null;
  const { entries: _, ...shown } = activity;
  return { ...shown, answered: countIn(activity) };
}

/** The answers that are newer than a version and not secret. */
export function answersSince({ activity }: Lesson, version: number): readonly Told[] {
  if (activity === null) return [];
  return activity.entries
    .filter((entry) => entry.version > version && !isSecret(activity, entry))
    .map(({ id, round, answer }) => ({ id, round, answer }));
}

/** Whether nobody sees an answer yet. */
function isSecret({ activity, phase, round }: OpenActivity, entry: Entry): boolean {
  return secretKinds.has(activity.kind) && phase === "open" && entry.round === round;
}

const secretKinds: ReadonlySet<Answer["kind"]> = new Set(["bet", "writing"]);

/** What was secret is news from now on. */
function inPhase(lesson: Lesson, activity: OpenActivity, phase: Phase): Lesson {
  const version = lesson.version + 1;
  const entries = activity.entries.map((entry) =>
    isSecret(activity, entry) ? { ...entry, version } : entry,
  );
  return next(lesson, { activity: { ...activity, phase, entries } });
}

function votesAgain(lesson: Lesson, activity: OpenActivity): Lesson {
  const { round } = activity;
  const entries = activity.entries.filter((entry) => entry.round === round);
  return next(lesson, { activity: { ...activity, phase: "open", round: round + 1, entries } });
}

function next(lesson: Lesson, changes: Partial<Lesson>): Lesson {
  return { ...lesson, ...changes, version: lesson.version + 1 };
}

function countIn({ entries, round }: OpenActivity): number {
  return entries.reduce((count, entry) => count + (entry.round === round ? 1 : 0), 0);
}
