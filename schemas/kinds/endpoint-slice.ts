/** discovery.k8s.io/v1 EndpointSlice. */
import type { IEndpointSlice } from 'kubernetes-models/discovery.k8s.io/v1';
import type { FieldError } from '../errors.js';
import { IMMUTABLE, invalid, notSupported, pushInvalid, required, tooMany } from '../meta/field-errors.js';
import { validateObjectMeta } from '../meta/metadata-validation.js';
import { dns1123Label, dns1123Subdomain } from '../meta/names.js';
import type { KubeObject } from '../meta/object.js';
import { AGE_COLUMN, ageCell, column, defineKind, NAME_COLUMN } from './define-kind.js';
import { BAD_IP, isIpv4, isIpv6 } from './ip-rules.js';

export type EndpointSlice = Omit<IEndpointSlice, 'metadata'> & KubeObject;

const RULES = { namespaced: true, nameRule: dns1123Subdomain };
const ADDRESS_TYPES = ['FQDN', 'IPv4', 'IPv6'];
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const ENDPOINTS_MAX = 1_000;
const ADDRESSES_MAX = 100;
const PORTS_MAX = 20_000;
const SHOWN_MAX = 3;

function validateAddress(errors: FieldError[], address: string, type: string, path: string): void {
  if (type === 'IPv4' && !isIpv4(address)) errors.push(invalid(path, address, BAD_IP));
  else if (type === 'IPv6' && !isIpv6(address)) errors.push(invalid(path, address, BAD_IP));
  else if (type === 'FQDN') pushInvalid(errors, path, address, dns1123Subdomain(address));
}

function validateEndpoints(errors: FieldError[], { endpoints = [], addressType }: EndpointSlice): void {
  if (endpoints.length > ENDPOINTS_MAX) errors.push(tooMany('endpoints', endpoints.length, ENDPOINTS_MAX));
  for (const [index, { addresses = [], hostname }] of endpoints.entries()) {
    const path = `endpoints[${index}]`;
    if (addresses.length === 0) errors.push(required(`${path}.addresses`, 'must contain at least 1 address'));
    if (addresses.length > ADDRESSES_MAX) {
      errors.push(tooMany(`${path}.addresses`, addresses.length, ADDRESSES_MAX));
    }
    for (const [at, address] of addresses.entries()) {
      validateAddress(errors, address, addressType, `${path}.addresses[${at}]`);
    }
    if (hostname) pushInvalid(errors, `${path}.hostname`, hostname, dns1123Label(hostname));
  }
}

function validatePorts(errors: FieldError[], ports: EndpointSlice['ports']): void {
  const list = ports ?? [];
  if (list.length > PORTS_MAX) errors.push(tooMany('ports', list.length, PORTS_MAX));
  for (const [index, { name, protocol }] of list.entries()) {
    if (name) pushInvalid(errors, `ports[${index}].name`, name, dns1123Label(name));
    if (!protocol) errors.push(required(`ports[${index}].protocol`));
    else if (!PROTOCOLS.includes(protocol)) {
      errors.push(notSupported(`ports[${index}].protocol`, protocol, PROTOCOLS));
    }
  }
}

function validate(slice: EndpointSlice): FieldError[] {
  const errors = validateObjectMeta(slice.metadata, RULES);
  if (!slice.addressType) errors.push(required('addressType'));
  else if (!ADDRESS_TYPES.includes(slice.addressType)) {
    errors.push(notSupported('addressType', slice.addressType, ADDRESS_TYPES));
  }
  validateEndpoints(errors, slice);
  validatePorts(errors, slice.ports);
  return errors;
}

function validateUpdate(next: EndpointSlice, previous: EndpointSlice): FieldError[] {
  const errors: FieldError[] = [];
  if (next.addressType !== previous.addressType) {
    errors.push(invalid('addressType', next.addressType, IMMUTABLE));
  }
  return errors;
}

function shown(list: readonly string[]): string {
  if (list.length === 0) return '<unset>';
  const first = list.slice(0, SHOWN_MAX).join(',');
  return list.length > SHOWN_MAX ? `${first} + ${list.length - SHOWN_MAX} more...` : first;
}

export const endpointSlice = defineKind({
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  schema: 'io.k8s.api.discovery.v1.EndpointSlice',
  hasGeneration: true,
  applyDefaults(slice: EndpointSlice) {
    for (const port of slice.ports ?? []) {
      port.name ??= '';
      port.protocol ||= 'TCP';
    }
  },
  validate,
  validateUpdate,
  columns: [
    NAME_COLUMN,
    column('AddressType', 'The kind of addresses that the slice holds.'),
    column('Ports', 'The ports of each endpoint.'),
    column('Endpoints', 'The addresses.'),
    AGE_COLUMN,
  ],
  cells: (slice: EndpointSlice, nowMs) => [
    slice.metadata.name,
    slice.addressType,
    shown((slice.ports ?? []).map(({ port }) => String(port ?? '*'))),
    shown((slice.endpoints ?? []).flatMap(({ addresses }) => addresses ?? [])),
    ageCell(slice, nowMs),
  ],
});
