/** @file One message of each kind that a lesson knows. */
import type {
  Activity,
  Answer,
  LecturerMessage,
  ParticipantMessage,
} from "../../../../coordinator/classroom/messages.ts";

export const picture = `3.${"A".repeat(131)}`;

export const activities: readonly Activity[] = [
  { kind: "bet", section: "learning-rate", link: "at=learning-rate&seed=2&learning-rate.rate=0.1" },
  { kind: "column" },
  { kind: "rates", optimizer: "sgd", steps: 60 },
  { kind: "writing" },
];

export const answers: readonly Answer[] = [
  { kind: "bet", x: 1.5, y: -2e-3 },
  { kind: "column", picture, isDrawn: true, values: [0, 0.1, -0.25], cosine: 0.3 },
  { kind: "rates", rate: 0.5, cost: null, steps: 12 },
  { kind: "writing", picture },
];

export const lecturerMessages: readonly LecturerMessage[] = [
  { kind: "follow", link: "at=cost&cost.bet=1.2,0!" },
  { kind: "follow", link: null },
  ...activities.map((activity) => ({ kind: "open", activity }) as const),
  { kind: "close" },
  { kind: "reveal" },
  { kind: "again" },
  { kind: "end" },
];

export function answerTo(activity: number, round: number, answer: Answer): ParticipantMessage {
  return { kind: "answer", activity, round, answer };
}
