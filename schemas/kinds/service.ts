/** v1 Service: stored and shown. Its addresses come from elsewhere. */
import { formatLabels } from '../meta/label-selector.js';
import type { Service } from '../meta/object.js';
import { AGE_COLUMN, ageCell, column, defineKind, NAME_COLUMN, STATUS_VERBS, wideColumn } from './define-kind.js';
import type { Cell } from './kind.js';
import { applyServiceDefaults, carryOverSpec } from './service-defaults.js';
import { validateService, validateServiceUpdate } from './service-validation.js';

function externalAddress({ spec, status }: Service): string {
  const externalIPs = spec?.externalIPs ?? [];
  switch (spec?.type) {
    case 'ExternalName':
      return spec.externalName ?? '';
    case 'LoadBalancer': {
      const ingress = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || hostname || '');
      return [...ingress.filter((address) => address !== ''), ...externalIPs].join(',') || '<pending>';
    }
    default:
      return externalIPs.join(',') || '<none>';
  }
}

function portsOf({ spec }: Service): string {
  const ports = (spec?.ports ?? []).map(({ port, nodePort, protocol }) => {
    return nodePort ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`;
  });
  return ports.join(',') || '<none>';
}

function cells(service: Service, nowMs: number): Cell[] {
  const { spec } = service;
  return [
    service.metadata.name,
    spec?.type ?? '',
    spec?.clusterIPs?.[0] || spec?.clusterIP || '<none>',
    externalAddress(service),
    portsOf(service),
    ageCell(service, nowMs),
    formatLabels(spec?.selector),
  ];
}

export const service = defineKind({
  group: '',
  version: 'v1',
  kind: 'Service',
  plural: 'services',
  shortNames: ['svc'],
  categories: ['all'],
  schema: 'io.k8s.api.core.v1.Service',
  subresources: [{ name: 'status', kind: 'Service', verbs: STATUS_VERBS }],
  selectableFields: {
    'spec.clusterIP': (object: Service) => object.spec?.clusterIP ?? '',
    'spec.type': (object: Service) => object.spec?.type ?? '',
  },
  applyDefaults: applyServiceDefaults,
  prepareForCreate(object: Service) {
    object.status = { loadBalancer: {} };
  },
  prepareForUpdate(next: Service, previous: Service) {
    next.status = previous.status ?? { loadBalancer: {} };
    carryOverSpec(next, previous);
  },
  prepareForStatusUpdate(next: Service, previous: Service) {
    next.spec = previous.spec;
  },
  validate: validateService,
  validateUpdate: validateServiceUpdate,
  columns: [
    NAME_COLUMN,
    column('Type', 'How the service is exposed.'),
    column('Cluster-IP', 'The address of the service inside the cluster.'),
    column('External-IP', 'Addresses outside the cluster.'),
    column('Port(s)', 'The ports that the service exposes.'),
    AGE_COLUMN,
    wideColumn('Selector', 'Labels of the pods that traffic goes to.'),
  ],
  cells,
});
