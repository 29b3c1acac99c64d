/** v1 Event. */
import type { FieldError } from '../errors.js';
import { invalid, pushInvalid, required } from '../meta/field-errors.js';
import { ageOf } from '../meta/human-duration.js';
import { validateObjectMeta } from '../meta/metadata-validation.js';
import { dns1123Subdomain, qualifiedName } from '../meta/names.js';
import type { Event } from '../meta/object.js';
import type { Cell } from './kind.js';
import { column, defineKind, wideColumn } from './define-kind.js';

const RULES = { namespaced: true, nameRule: dns1123Subdomain };
const SHORT_MAX = 128;
const MESSAGE_MAX = 1024;

/** Rules for events of the newer form, which have an eventTime. */
function validateNewForm(errors: FieldError[], event: Event): void {
  const { reportingComponent = '', reportingInstance = '', action = '', reason = '', message = '' } = event;
  if (reportingComponent === '') errors.push(required('reportingComponent'));
  pushInvalid(errors, 'reportingComponent', reportingComponent, qualifiedName(reportingComponent));
  for (const [field, value] of [
    ['reportingInstance', reportingInstance],
    ['action', action],
    ['reason', reason],
  ] as const) {
    if (value === '') errors.push(required(field));
    if (value.length > SHORT_MAX) errors.push(invalid(field, '', `can have at most ${SHORT_MAX} characters`));
  }
  if (message.length > MESSAGE_MAX) errors.push(invalid('message', '', `can have at most ${MESSAGE_MAX} characters`));
}

function namespaceAgrees({ metadata: { namespace }, involvedObject, eventTime }: Event): boolean {
  if (involvedObject?.namespace) return involvedObject.namespace === namespace;
  return namespace === 'default' || (eventTime !== undefined && namespace === 'kube-system');
}

function validate(event: Event): FieldError[] {
  const errors = validateObjectMeta(event.metadata, RULES);
  if (!namespaceAgrees(event)) {
    errors.push(
      invalid('involvedObject.namespace', event.involvedObject?.namespace ?? '', 'does not match event.namespace'),
    );
  }
  if (event.eventTime) validateNewForm(errors, event);
  return errors;
}

function sourceOf({ source, reportingComponent, reportingInstance }: Event): string {
  const component = reportingComponent || source?.component || '';
  const instance = reportingInstance || source?.host || '';
  return instance ? `${component}, ${instance}` : component;
}

function cells(event: Event, nowMs: number): Cell[] {
  const { involvedObject, series } = event;
  const firstSeen = ageOf(event.firstTimestamp ?? event.eventTime, nowMs);
  const lastSeen = event.lastTimestamp ? ageOf(event.lastTimestamp, nowMs) : firstSeen;
  const kind = (involvedObject?.kind ?? '').toLowerCase();
  return [
    series ? ageOf(series.lastObservedTime, nowMs) : lastSeen,
    event.type ?? '',
    event.reason ?? '',
    involvedObject?.name ? `${kind}/${involvedObject.name}` : kind,
    involvedObject?.fieldPath ?? '',
    sourceOf(event),
    (event.message ?? '').trim(),
    firstSeen,
    series ? (series.count ?? 0) : event.count || 1,
    event.metadata.name,
  ];
}

type Involved = 'kind' | 'namespace' | 'name' | 'uid' | 'apiVersion' | 'resourceVersion' | 'fieldPath';
const involved = (field: Involved) => (event: Event) => event.involvedObject?.[field] ?? '';

export const event = defineKind({
  group: '',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  shortNames: ['ev'],
  schema: 'io.k8s.api.core.v1.Event',
  createOnUpdate: true,
  selectableFields: {
    'involvedObject.kind': involved('kind'),
    'involvedObject.namespace': involved('namespace'),
    'involvedObject.name': involved('name'),
    'involvedObject.uid': involved('uid'),
    'involvedObject.apiVersion': involved('apiVersion'),
    'involvedObject.resourceVersion': involved('resourceVersion'),
    'involvedObject.fieldPath': involved('fieldPath'),
    reason: (object: Event) => object.reason ?? '',
    reportingComponent: (object: Event) => object.reportingComponent ?? '',
    source: (object: Event) => object.source?.component || object.reportingComponent || '',
    type: (object: Event) => object.type ?? '',
  },
  validate,
  columns: [
    column('Last Seen', 'The time of the latest occurrence.'),
    column('Type', 'Normal or Warning; others may follow.'),
    column('Reason', 'A short word for why the object is in its state.'),
    column('Object', 'The object that this event is about.'),
    wideColumn('Subobject', 'The part of the object that this event is about.'),
    wideColumn('Source', 'The component that reported this event.'),
    column('Message', 'What happened, for people.'),
    wideColumn('First Seen', 'The time of the first occurrence.'),
    wideColumn('Count', 'How often this event has occurred.'),
    wideColumn('Name', 'Name of the event.'),
  ],
  cells,
});
