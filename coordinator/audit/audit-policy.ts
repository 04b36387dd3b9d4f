/** @file The audit policies: how much of the workers' results is computed again. `audit.ts` implements them. */

export const auditPolicies = ["none", "sample", "quorum"] as const;
export type AuditPolicy = (typeof auditPolicies)[number];
