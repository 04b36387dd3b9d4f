/** @file Files that the page offers for download. */
import { tokenField } from "../../../shared/protocol/token-field.ts";

/** Offers bytes as a file. */
export function saveBlob(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/**
 * Fetches a file with the page's token, which a plain link cannot send, and offers it. @returns Whether it
 * succeeded.
 */
export async function saveFromServer(path: string, token: string, name: string): Promise<boolean> {
  const headers = new Headers();
  if (token !== "") headers.set(tokenField, token);
  try {
    const response = await fetch(path, { headers, cache: "no-store" });
    if (response.ok) saveBlob(await response.blob(), name);
    return response.ok;
  } catch {
    return false; // Nobody answered, or the response broke off.
  }
}
