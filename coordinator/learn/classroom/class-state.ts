/** @file What a page knows of the lesson, from the messages that it heard. Pure. */
import type { ActivityView, Answer, ClassMessage, Told } from "../../classroom/messages.ts";

export interface ClassState {
  /** `undefined` before the first hello. */
  readonly hello: Extract<ClassMessage, { kind: "hello" }> | undefined;
  readonly people: number;
  readonly following: string | null;
  readonly activity: ActivityView | null;
  /** To the activity, by their id. */
  readonly answers: ReadonlyMap<number, Told>;
}

export const noClass: ClassState = {
  hello: undefined,
  people: 0,
  following: null,
  activity: null,
  answers: new Map(),
};

/** What is known after a message. */
export function hears(state: ClassState, message: ClassMessage): ClassState {
  if (message.kind === "hello") {
    // Only the coordinator of before knows the seat; another one may count its activities from 1 again.
    const isSame = message.key === state.hello?.key;
    return { ...(isSame ? state : noClass), hello: message };
  }
  if (message.kind === "lesson") {
    const { people, following, activity } = message;
    const isSame = activity?.number === state.activity?.number;
    const answers = isSame ? recent(state.answers, activity) : new Map<number, Told>();
    return { ...state, people, following, activity, answers };
  }
  if (message.activity !== state.activity?.number) return state;
  const fresh = message.answers.map((told): [number, Told] => [told.id, told]);
  return { ...state, answers: new Map([...state.answers, ...fresh]) };
}

/** The lesson keeps two rounds; so does the page. */
function recent(
  answers: ReadonlyMap<number, Told>,
  activity: ActivityView | null,
): ReadonlyMap<number, Told> {
  const first = (activity?.round ?? 1) - 1;
  return new Map([...answers].filter(([, { round }]) => round >= first));
}

/** An answer of one kind, with its number. */
export type ToldOf<Kind extends Answer["kind"]> = Omit<Told, "answer"> & {
  readonly answer: Extract<Answer, { kind: Kind }>;
};

/** The answers of one kind, in the order in which they came. */
export function answersOf<Kind extends Answer["kind"]>(
  { answers }: Pick<ClassState, "answers">,
  kind: Kind,
): readonly ToldOf<Kind>[] {
  const isOf = (told: Told): told is ToldOf<Kind> => told.answer.kind === kind;
  return [...answers.values()].filter(isOf).toSorted((a, b) => a.id - b.id);
}
