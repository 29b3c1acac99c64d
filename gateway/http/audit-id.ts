/** Audit-Id: unique per request, in a uuid's form. Drawn once per process and counted on: chance for each costs more than the rest of the headers. */
import { randomUUID } from 'node:crypto';

const COUNTER_DIGITS = 12;
const prefix = randomUUID().slice(0, -COUNTER_DIGITS);
let count = 0;

export function nextAuditId(): string {
  count++;
  return prefix + count.toString(16).padStart(COUNTER_DIGITS, '0');
}
