/** DeleteOptions: from the body where there is one, else from the query. */
import { BadRequestError, type FieldError, InvalidError } from '../../schemas/errors.js';
import type { Delete, PropagationPolicy } from '../../schemas/messages/resource.js';
import { forbidden, invalid, notSupported } from '../../schemas/meta/field-errors.js';
import type { ResourceCall } from '../resource-call.js';
import { decodeBody } from '../request-body.js';
import { dryRunErrors } from './write-options.js';

/** metav1.DeleteOptions. */
export interface DeleteOptions {
  apiVersion?: string;
  kind?: string;
  gracePeriodSeconds?: number;
  preconditions?: { uid?: string; resourceVersion?: string };
  orphanDependents?: boolean;
  propagationPolicy?: string;
  dryRun?: string[];
}

const SCHEMA = 'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions';
const POLICIES: readonly string[] = ['Foreground', 'Background', 'Orphan'];

function fromQuery({ query }: ResourceCall): DeleteOptions {
  const options: DeleteOptions = {};
  const grace = query.integer('gracePeriodSeconds');
  const orphan = query.boolean('orphanDependents');
  if (grace !== undefined) options.gracePeriodSeconds = grace;
  if (orphan !== undefined) options.orphanDependents = orphan;
  if (query.get('propagationPolicy') !== '') options.propagationPolicy = query.get('propagationPolicy');
  if (query.get('dryRun') !== '') options.dryRun = query.all('dryRun');
  return options;
}

function read(call: ResourceCall): DeleteOptions {
  const { request } = call;
  if (!request.body || request.body.length === 0) return fromQuery(call);
  const { object } = decodeBody(request, SCHEMA, 'Ignore');
  const kind = (object as DeleteOptions).kind;
  if (kind && kind !== 'DeleteOptions')
    throw new BadRequestError(`decoded object cannot be converted to DeleteOptions`);
  return object as DeleteOptions;
}

function errorsOf(options: DeleteOptions): FieldError[] {
  const errors: FieldError[] = [];
  const { propagationPolicy: policy, orphanDependents: orphan } = options;
  if (policy !== undefined && orphan !== undefined) {
    errors.push(invalid('propagationPolicy', policy, 'orphanDependents and deletionPropagation cannot be both set'));
  } else if (policy !== undefined && !POLICIES.includes(policy)) {
    errors.push(notSupported('propagationPolicy', policy, [...POLICIES, 'nil']));
  }
  for (const value of options.dryRun ?? []) if (value !== 'All') errors.push(notSupported('dryRun', value, ['All']));
  return errors;
}

function policyOf({ propagationPolicy, orphanDependents }: DeleteOptions): PropagationPolicy | undefined {
  if (propagationPolicy !== undefined) return propagationPolicy as PropagationPolicy;
  if (orphanDependents === undefined) return undefined;
  return orphanDependents ? 'Orphan' : 'Background';
}

/** DeleteOptions as the message of a delete. Throws BadRequestError and InvalidError. */
export function messageOf(options: DeleteOptions, extra: readonly FieldError[] = []): Delete {
  const errors = [...errorsOf(options), ...extra];
  if (errors.length > 0) throw new InvalidError({ group: 'meta.k8s.io', kind: 'DeleteOptions', name: '' }, errors);
  const policy = policyOf(options);
  const grace = options.gracePeriodSeconds;
  return {
    dryRun: (options.dryRun ?? []).length > 0,
    preconditions: { ...options.preconditions },
    // Negative ones mean 1 in Kubernetes.
    ...(grace === undefined ? {} : { gracePeriodSeconds: grace < 0 ? 1 : grace }),
    ...(policy === undefined ? {} : { propagationPolicy: policy }),
  };
}

/** Of a DELETE request. Throws BadRequestError and InvalidError. */
export function deleteMessageOf(call: ResourceCall): Delete {
  return messageOf(read(call), dryRunErrors(call.query));
}

/** Of a DELETE of a collection: a uid can't be that of all. Throws as above. */
export function deleteAllMessageOf(call: ResourceCall): Delete {
  const options = read(call);
  const errors = options.preconditions?.uid
    ? [forbidden('preconditions.uid', 'may not be set for deletecollection')]
    : [];
  return messageOf(options, errors);
}
