/** @file How much of what workers send is computed again; what each does stands in `audit.ts`. */

export const auditPolicies = ["none", "sample", "quorum"] as const;
export type AuditPolicy = (typeof auditPolicies)[number];
