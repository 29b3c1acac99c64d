/** Rules of probes and lifecycle hooks. */
import { forbidden, invalid, pushInvalid, required } from '../meta/field-errors.js';
import { httpHeaderName } from '../meta/names.js';
import { checkNotNegative, checkOneOf, checkPortNumberOrName, type Errors } from './pod-field-rules.js';
import type { Path } from './pod-path.js';

const SCHEMES: readonly string[] = ['HTTP', 'HTTPS'];

function checkHttpGet(errors: Errors, path: Path, action: any): void {
  if (!action.path) errors.push(required(path.child('path')));
  checkPortNumberOrName(errors, path, action.port);
  checkOneOf(errors, path, 'scheme', action.scheme, SCHEMES);
  for (const { name } of action.httpHeaders ?? []) {
    const messages = httpHeaderName(name ?? '');
    if (messages.length > 0) pushInvalid(errors, path.child('httpHeaders'), name ?? '', messages);
  }
}

function checkSleep(errors: Errors, path: Path, action: any, gracePeriod: number | undefined): void {
  const seconds: number = action.seconds ?? 0;
  if (gracePeriod === undefined || (seconds >= 0 && seconds <= gracePeriod)) return;
  const why = `must be non-negative and less than terminationGracePeriodSeconds (${gracePeriod})`;
  errors.push(invalid(path, seconds, why));
}

function checkAction(errors: Errors, path: Path, name: string, action: any, gracePeriod: number | undefined): void {
  if (name === 'exec') {
    if (!action.command?.length) errors.push(required(path.child('command')));
  } else if (name === 'httpGet') checkHttpGet(errors, path, action);
  else if (name === 'sleep') checkSleep(errors, path, action, gracePeriod);
  else checkPortNumberOrName(errors, path, action.port);
}

const PROBE_HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc'] as const;
const HOOK_HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'sleep'] as const;

const isOrdinaryHttp = ({ httpGet, exec, tcpSocket, grpc, sleep }: any) =>
  httpGet && !exec && !tcpSocket && !grpc && !sleep;

/** Exactly one handler. */
function checkHandler(
  errors: Errors,
  path: Path,
  handler: any,
  names: readonly string[],
  gracePeriod: number | undefined,
): void {
  if (isOrdinaryHttp(handler)) return checkHttpGet(errors, path.child('httpGet'), handler.httpGet);
  let handlers = 0;
  for (const name of names) {
    const action = handler[name];
    if (!action) continue;
    if (handlers++ > 0) errors.push(forbidden(path.child(name), 'may not specify more than 1 handler type'));
    else checkAction(errors, path.child(name), name, action, gracePeriod);
  }
  if (handlers === 0) errors.push(required(path, 'must specify a handler type'));
}

function checkProbe(errors: Errors, path: Path, probe: any, gracePeriod: number | undefined): void {
  checkHandler(errors, path, probe, PROBE_HANDLERS, gracePeriod);
  checkNotNegative(errors, path, 'initialDelaySeconds', probe.initialDelaySeconds);
  checkNotNegative(errors, path, 'timeoutSeconds', probe.timeoutSeconds);
  checkNotNegative(errors, path, 'periodSeconds', probe.periodSeconds);
  checkNotNegative(errors, path, 'successThreshold', probe.successThreshold);
  checkNotNegative(errors, path, 'failureThreshold', probe.failureThreshold);
  const grace = probe.terminationGracePeriodSeconds;
  if (grace !== undefined && grace <= 0) {
    errors.push(invalid(path.child('terminationGracePeriodSeconds'), grace, 'must be greater than 0'));
  }
}

function checkSuccessThreshold(errors: Errors, path: Path, probe: any): void {
  if (probe.successThreshold !== 1) {
    errors.push(invalid(path.child('successThreshold'), probe.successThreshold, 'must be 1'));
  }
}

/** All three probes of a container that runs beside others. */
export function checkProbes(errors: Errors, container: Path, owner: any, gracePeriod: number | undefined): void {
  const { livenessProbe, readinessProbe, startupProbe } = owner;
  if (livenessProbe) {
    const path = container.child('livenessProbe');
    checkProbe(errors, path, livenessProbe, gracePeriod);
    checkSuccessThreshold(errors, path, livenessProbe);
  }
  if (readinessProbe) {
    const path = container.child('readinessProbe');
    checkProbe(errors, path, readinessProbe, gracePeriod);
    const grace = readinessProbe.terminationGracePeriodSeconds;
    if (grace !== undefined) {
      errors.push(invalid(path.child('terminationGracePeriodSeconds'), grace, 'must not be set for readinessProbes'));
    }
  }
  if (startupProbe) {
    const path = container.child('startupProbe');
    checkProbe(errors, path, startupProbe, gracePeriod);
    checkSuccessThreshold(errors, path, startupProbe);
  }
}

export function checkLifecycle(errors: Errors, container: Path, owner: any, gracePeriod: number | undefined): void {
  const { postStart, preStop } = owner.lifecycle;
  const path = container.child('lifecycle');
  if (postStart) checkHandler(errors, path.child('postStart'), postStart, HOOK_HANDLERS, gracePeriod);
  if (preStop) checkHandler(errors, path.child('preStop'), preStop, HOOK_HANDLERS, gracePeriod);
}
