/** Kinds that are answered from the request alone: who am I, and what may I do. */
import { BadRequestError } from '../../schemas/errors.js';
import { formatTime } from '../../schemas/meta/time.js';
import type { ApiResponse } from '../api-request.js';
import { encoded } from '../encode.js';
import { negotiate } from '../negotiation.js';
import { decodeBody } from '../request-body.js';
import type { ResourceCall, Verb } from '../resource-call.js';
import { withWarnings } from '../respond.js';
import { writeOptionsOf } from './write-options.js';

type Review = Record<string, any>;

function selfSubjectReview({ user, parts }: ResourceCall, review: Review): Review {
  const { name, uid, groups, extra } = user;
  const userInfo = { username: name, ...(uid ? { uid } : {}), groups, ...(extra ? { extra } : {}) };
  const metadata = { ...review['metadata'], creationTimestamp: formatTime(parts.clock.now()) };
  return { ...review, metadata, status: { userInfo } };
}

async function selfSubjectAccessReview({ user, parts }: ResourceCall, review: Review): Promise<Review> {
  const spec = review['spec'] ?? {};
  const resource = spec.resourceAttributes;
  const other = spec.nonResourceAttributes;
  if (!resource === !other) {
    throw new BadRequestError(
      'spec.resourceAttributes: Invalid value: exactly one of nonResourceAttributes or resourceAttributes must be specified',
    );
  }
  const decision = await parts.authorizer.authorize({
    user,
    verb: (resource ?? other).verb ?? '',
    group: resource?.group ?? '',
    version: resource?.version ?? '',
    resource: resource?.resource ?? '',
    subresource: resource?.subresource,
    namespace: resource?.namespace,
    name: resource?.name,
    ...(other ? { path: other.path ?? '' } : {}),
  });
  const { allowed, reason } = decision;
  return { ...review, metadata: review['metadata'] ?? {}, status: { allowed, ...(reason ? { reason } : {}) } };
}

/** What AllowAuthenticated means; an authorizer with rules will enumerate its own. */
function selfSubjectRulesReview(_call: ResourceCall, review: Review): Review {
  const resourceRules = [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }];
  const nonResourceRules = [{ verbs: ['*'], nonResourceURLs: ['*'] }];
  return {
    ...review,
    metadata: review['metadata'] ?? {},
    status: { resourceRules, nonResourceRules, incomplete: false },
  };
}

const ANSWERS: Readonly<Record<string, (call: ResourceCall, review: Review) => Review | Promise<Review>>> = {
  SelfSubjectReview: selfSubjectReview,
  SelfSubjectAccessReview: selfSubjectAccessReview,
  SelfSubjectRulesReview: selfSubjectRulesReview,
};

async function answerReview(call: ResourceCall): Promise<ApiResponse> {
  const negotiated = negotiate(call.request, call.query.get('pretty'), ['object']); // A Table of these has no meaning: 406.
  const { fieldValidation } = writeOptionsOf(call.query, 'CreateOptions');
  const { object, warnings } = decodeBody(call.request, call.definition.schema, fieldValidation);
  const answer = await ANSWERS[call.definition.kind]?.(call, object as Review);
  return withWarnings(await encoded(201, Buffer.from(JSON.stringify(answer)), negotiated), warnings);
}

/** The create verb of a kind that is never stored, if it is one of these. */
export function reviewVerb(kind: string): Verb | undefined {
  return Object.hasOwn(ANSWERS, kind) ? answerReview : undefined;
}
