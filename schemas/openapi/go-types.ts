/**
 * What Go's types add to the API's schemas, for all of v1.36 that is stable. Read by the build step only (generate.ts).
 *
 * `keepsZero`: optional fields that Go encodes even when they are "", 0, false, [] or {} (pointers mostly); of the other optional fields Kubernetes drops these
 * values when it encodes an object. `names`: fields whose type has a name of its own, which decoding errors print; `=` before it where the name is
 * that of the whole list or map and not of an item.
 */
export interface GoFacts {
  readonly keepsZero?: string;
  readonly names?: string;
}

export const goFacts: Readonly<Record<string, GoFacts>> = {
  'admissionregistration.v1.MatchResources': { keepsZero: 'matchPolicy', names: 'matchPolicy:v1.MatchPolicyType' },
  'admissionregistration.v1.MutatingAdmissionPolicySpec': {
    keepsZero: 'failurePolicy',
    names: 'failurePolicy:v1.FailurePolicyType reinvocationPolicy:v1.ReinvocationPolicyType',
  },
  'admissionregistration.v1.MutatingWebhook': {
    keepsZero: 'failurePolicy matchPolicy reinvocationPolicy timeoutSeconds',
    names:
      'failurePolicy:v1.FailurePolicyType matchPolicy:v1.MatchPolicyType reinvocationPolicy:v1.ReinvocationPolicyType sideEffects:v1.SideEffectClass',
  },
  'admissionregistration.v1.Mutation': { names: 'patchType:v1.PatchType' },
  'admissionregistration.v1.NamedRuleWithOperations': {
    keepsZero: 'scope',
    names: 'operations:v1.OperationType scope:v1.ScopeType',
  },
  'admissionregistration.v1.ParamRef': {
    keepsZero: 'parameterNotFoundAction',
    names: 'parameterNotFoundAction:v1.ParameterNotFoundActionType',
  },
  'admissionregistration.v1.Rule': { names: 'scope:v1.ScopeType' },
  'admissionregistration.v1.RuleWithOperations': {
    keepsZero: 'scope',
    names: 'operations:v1.OperationType scope:v1.ScopeType',
  },
  'admissionregistration.v1.ServiceReference': { keepsZero: 'path port' },
  'admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec': { names: 'validationActions:v1.ValidationAction' },
  'admissionregistration.v1.ValidatingAdmissionPolicySpec': {
    keepsZero: 'failurePolicy',
    names: 'failurePolicy:v1.FailurePolicyType',
  },
  'admissionregistration.v1.ValidatingWebhook': {
    keepsZero: 'failurePolicy matchPolicy timeoutSeconds',
    names: 'failurePolicy:v1.FailurePolicyType matchPolicy:v1.MatchPolicyType sideEffects:v1.SideEffectClass',
  },
  'admissionregistration.v1.Validation': { keepsZero: 'reason', names: 'reason:v1.StatusReason' },
  'admissionregistration.v1.WebhookClientConfig': { keepsZero: 'url' },
  'apps.v1.DaemonSetCondition': { names: 'status:v1.ConditionStatus type:v1.DaemonSetConditionType' },
  'apps.v1.DaemonSetSpec': { keepsZero: 'revisionHistoryLimit' },
  'apps.v1.DaemonSetStatus': { keepsZero: 'collisionCount' },
  'apps.v1.DaemonSetUpdateStrategy': { names: 'type:v1.DaemonSetUpdateStrategyType' },
  'apps.v1.DeploymentCondition': { names: 'status:v1.ConditionStatus type:v1.DeploymentConditionType' },
  'apps.v1.DeploymentSpec': { keepsZero: 'progressDeadlineSeconds replicas revisionHistoryLimit' },
  'apps.v1.DeploymentStatus': { keepsZero: 'collisionCount terminatingReplicas' },
  'apps.v1.DeploymentStrategy': { names: 'type:v1.DeploymentStrategyType' },
  'apps.v1.ReplicaSetCondition': { names: 'status:v1.ConditionStatus type:v1.ReplicaSetConditionType' },
  'apps.v1.ReplicaSetSpec': { keepsZero: 'replicas' },
  'apps.v1.ReplicaSetStatus': { keepsZero: 'terminatingReplicas' },
  'apps.v1.RollingUpdateStatefulSetStrategy': { keepsZero: 'partition' },
  'apps.v1.StatefulSetCondition': { names: 'status:v1.ConditionStatus type:v1.StatefulSetConditionType' },
  'apps.v1.StatefulSetOrdinals': { keepsZero: 'start' },
  'apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy': {
    names:
      'whenDeleted:v1.PersistentVolumeClaimRetentionPolicyType whenScaled:v1.PersistentVolumeClaimRetentionPolicyType',
  },
  'apps.v1.StatefulSetSpec': {
    keepsZero: 'replicas revisionHistoryLimit serviceName',
    names: 'podManagementPolicy:v1.PodManagementPolicyType',
  },
  'apps.v1.StatefulSetStatus': { keepsZero: 'availableReplicas collisionCount' },
  'apps.v1.StatefulSetUpdateStrategy': { names: 'type:v1.StatefulSetUpdateStrategyType' },
  'authentication.v1.BoundObjectReference': { names: 'uid:types.UID' },
  'authentication.v1.TokenRequestSpec': { keepsZero: 'audiences expirationSeconds' },
  'authentication.v1.TokenRequestStatus': { keepsZero: 'token' },
  'authentication.v1.UserInfo': { names: 'extra:v1.ExtraValue' },
  'authorization.v1.SubjectAccessReviewSpec': { names: 'extra:v1.ExtraValue' },
  'autoscaling.v1.ContainerResourceMetricSource': { names: 'name:v1.ResourceName' },
  'autoscaling.v1.ContainerResourceMetricStatus': { names: 'name:v1.ResourceName' },
  'autoscaling.v1.HorizontalPodAutoscalerCondition': {
    names: 'status:v1.ConditionStatus type:v1.HorizontalPodAutoscalerConditionType',
  },
  'autoscaling.v1.HorizontalPodAutoscalerSpec': { keepsZero: 'minReplicas targetCPUUtilizationPercentage' },
  'autoscaling.v1.HorizontalPodAutoscalerStatus': { keepsZero: 'currentCPUUtilizationPercentage observedGeneration' },
  'autoscaling.v1.MetricSpec': { names: 'type:v1.MetricSourceType' },
  'autoscaling.v1.MetricStatus': { names: 'type:v1.MetricSourceType' },
  'autoscaling.v1.ResourceMetricSource': { names: 'name:v1.ResourceName' },
  'autoscaling.v1.ResourceMetricStatus': { names: 'name:v1.ResourceName' },
  'autoscaling.v2.ContainerResourceMetricSource': { names: 'name:v1.ResourceName' },
  'autoscaling.v2.ContainerResourceMetricStatus': { names: 'name:v1.ResourceName' },
  'autoscaling.v2.HPAScalingPolicy': { names: 'type:v2.HPAScalingPolicyType' },
  'autoscaling.v2.HPAScalingRules': {
    keepsZero: 'selectPolicy stabilizationWindowSeconds',
    names: 'selectPolicy:v2.ScalingPolicySelect',
  },
  'autoscaling.v2.HorizontalPodAutoscalerCondition': {
    names: 'status:v1.ConditionStatus type:v2.HorizontalPodAutoscalerConditionType',
  },
  'autoscaling.v2.HorizontalPodAutoscalerSpec': { keepsZero: 'minReplicas' },
  'autoscaling.v2.HorizontalPodAutoscalerStatus': { keepsZero: 'currentMetrics observedGeneration' },
  'autoscaling.v2.MetricSpec': { names: 'type:v2.MetricSourceType' },
  'autoscaling.v2.MetricStatus': { names: 'type:v2.MetricSourceType' },
  'autoscaling.v2.MetricTarget': { keepsZero: 'averageUtilization', names: 'type:v2.MetricTargetType' },
  'autoscaling.v2.MetricValueStatus': { keepsZero: 'averageUtilization' },
  'autoscaling.v2.ResourceMetricSource': { names: 'name:v1.ResourceName' },
  'autoscaling.v2.ResourceMetricStatus': { names: 'name:v1.ResourceName' },
  'batch.v1.CronJobSpec': {
    keepsZero: 'failedJobsHistoryLimit startingDeadlineSeconds successfulJobsHistoryLimit suspend timeZone',
    names: 'concurrencyPolicy:v1.ConcurrencyPolicy',
  },
  'batch.v1.JobCondition': { names: 'status:v1.ConditionStatus type:v1.JobConditionType' },
  'batch.v1.JobSpec': {
    keepsZero:
      'activeDeadlineSeconds backoffLimit backoffLimitPerIndex completionMode completions managedBy manualSelector maxFailedIndexes parallelism podReplacementPolicy suspend ttlSecondsAfterFinished',
    names: 'completionMode:v1.CompletionMode podReplacementPolicy:v1.PodReplacementPolicy',
  },
  'batch.v1.JobStatus': { keepsZero: 'failedIndexes ready terminating' },
  'batch.v1.PodFailurePolicyOnExitCodesRequirement': {
    keepsZero: 'containerName',
    names: 'operator:v1.PodFailurePolicyOnExitCodesOperator',
  },
  'batch.v1.PodFailurePolicyOnPodConditionsPattern': {
    keepsZero: 'status',
    names: 'status:v1.ConditionStatus type:v1.PodConditionType',
  },
  'batch.v1.PodFailurePolicyRule': { names: 'action:v1.PodFailurePolicyAction' },
  'batch.v1.SuccessPolicyRule': { keepsZero: 'succeededCount succeededIndexes' },
  'certificates.v1.CertificateSigningRequestCondition': {
    names: 'status:v1.ConditionStatus type:v1.RequestConditionType',
  },
  'certificates.v1.CertificateSigningRequestSpec': {
    keepsZero: 'expirationSeconds',
    names: 'extra:v1.ExtraValue usages:v1.KeyUsage',
  },
  'coordination.v1.LeaseSpec': {
    keepsZero: 'holderIdentity leaseDurationSeconds leaseTransitions preferredHolder strategy',
    names: 'strategy:v1.CoordinatedLeaseStrategy',
  },
  'core.v1.AppArmorProfile': { keepsZero: 'localhostProfile', names: 'type:v1.AppArmorProfileType' },
  'core.v1.AttachedVolume': { names: 'name:v1.UniqueVolumeName' },
  'core.v1.AzureDiskVolumeSource': {
    keepsZero: 'cachingMode fsType kind readOnly',
    names: 'cachingMode:v1.AzureDataDiskCachingMode kind:v1.AzureDataDiskKind',
  },
  'core.v1.AzureFilePersistentVolumeSource': { keepsZero: 'secretNamespace' },
  'core.v1.CSIVolumeSource': { keepsZero: 'fsType readOnly' },
  'core.v1.Capabilities': { names: 'add:v1.Capability drop:v1.Capability' },
  'core.v1.ClientIPConfig': { keepsZero: 'timeoutSeconds' },
  'core.v1.ClusterTrustBundleProjection': { keepsZero: 'name optional signerName' },
  'core.v1.ComponentCondition': { names: 'status:v1.ConditionStatus type:v1.ComponentConditionType' },
  'core.v1.ConfigMap': { keepsZero: 'immutable' },
  'core.v1.ConfigMapEnvSource': { keepsZero: 'optional' },
  'core.v1.ConfigMapKeySelector': { keepsZero: 'optional' },
  'core.v1.ConfigMapNodeConfigSource': { names: 'uid:types.UID' },
  'core.v1.ConfigMapProjection': { keepsZero: 'optional' },
  'core.v1.ConfigMapVolumeSource': { keepsZero: 'defaultMode optional' },
  'core.v1.Container': {
    keepsZero: 'restartPolicy',
    names:
      'imagePullPolicy:v1.PullPolicy restartPolicy:v1.ContainerRestartPolicy terminationMessagePolicy:v1.TerminationMessagePolicy',
  },
  'core.v1.ContainerImage': { keepsZero: 'names' },
  'core.v1.ContainerPort': { names: 'protocol:v1.Protocol' },
  'core.v1.ContainerResizePolicy': {
    names: 'resourceName:v1.ResourceName restartPolicy:v1.ResourceResizeRestartPolicy',
  },
  'core.v1.ContainerRestartRule': { names: 'action:v1.ContainerRestartRuleAction' },
  'core.v1.ContainerRestartRuleOnExitCodes': { names: 'operator:v1.ContainerRestartRuleOnExitCodesOperator' },
  'core.v1.ContainerStatus': {
    keepsZero: 'started stopSignal',
    names: 'allocatedResources:=v1.ResourceList stopSignal:v1.Signal',
  },
  'core.v1.DownwardAPIVolumeFile': { keepsZero: 'mode' },
  'core.v1.DownwardAPIVolumeSource': { keepsZero: 'defaultMode' },
  'core.v1.EmptyDirVolumeSource': { names: 'medium:v1.StorageMedium' },
  'core.v1.EndpointAddress': { keepsZero: 'nodeName' },
  'core.v1.EndpointPort': { keepsZero: 'appProtocol', names: 'protocol:v1.Protocol' },
  'core.v1.EphemeralContainer': {
    keepsZero: 'restartPolicy',
    names:
      'imagePullPolicy:v1.PullPolicy restartPolicy:v1.ContainerRestartPolicy terminationMessagePolicy:v1.TerminationMessagePolicy',
  },
  'core.v1.EphemeralContainerCommon': {
    names:
      'imagePullPolicy:v1.PullPolicy restartPolicy:v1.ContainerRestartPolicy terminationMessagePolicy:v1.TerminationMessagePolicy',
  },
  'core.v1.Event': { keepsZero: 'reportingComponent reportingInstance' },
  'core.v1.FCVolumeSource': { keepsZero: 'lun' },
  'core.v1.FileKeySelector': { keepsZero: 'optional' },
  'core.v1.GRPCAction': { keepsZero: 'service' },
  'core.v1.GlusterfsPersistentVolumeSource': { keepsZero: 'endpointsNamespace' },
  'core.v1.HTTPGetAction': { names: 'scheme:v1.URIScheme' },
  'core.v1.HostPathVolumeSource': { keepsZero: 'type', names: 'type:v1.HostPathType' },
  'core.v1.ISCSIPersistentVolumeSource': { keepsZero: 'initiatorName' },
  'core.v1.ISCSIVolumeSource': { keepsZero: 'initiatorName' },
  'core.v1.ImageVolumeSource': { names: 'pullPolicy:v1.PullPolicy' },
  'core.v1.KeyToPath': { keepsZero: 'mode' },
  'core.v1.Lifecycle': { keepsZero: 'stopSignal', names: 'stopSignal:v1.Signal' },
  'core.v1.LimitRangeItem': {
    names:
      'default:=v1.ResourceList defaultRequest:=v1.ResourceList max:=v1.ResourceList maxLimitRequestRatio:=v1.ResourceList min:=v1.ResourceList type:v1.LimitType',
  },
  'core.v1.LoadBalancerIngress': { keepsZero: 'ipMode', names: 'ipMode:v1.LoadBalancerIPMode' },
  'core.v1.LocalVolumeSource': { keepsZero: 'fsType' },
  'core.v1.ModifyVolumeStatus': { names: 'status:v1.PersistentVolumeClaimModifyVolumeStatus' },
  'core.v1.NamespaceCondition': { names: 'status:v1.ConditionStatus type:v1.NamespaceConditionType' },
  'core.v1.NamespaceSpec': { names: 'finalizers:v1.FinalizerName' },
  'core.v1.NamespaceStatus': { names: 'phase:v1.NamespacePhase' },
  'core.v1.NodeAddress': { names: 'type:v1.NodeAddressType' },
  'core.v1.NodeCondition': { names: 'status:v1.ConditionStatus type:v1.NodeConditionType' },
  'core.v1.NodeFeatures': { keepsZero: 'supplementalGroupsPolicy' },
  'core.v1.NodeRuntimeHandler': { keepsZero: 'name' },
  'core.v1.NodeRuntimeHandlerFeatures': { keepsZero: 'recursiveReadOnlyMounts userNamespaces' },
  'core.v1.NodeSelectorRequirement': { names: 'operator:v1.NodeSelectorOperator' },
  'core.v1.NodeStatus': {
    names: 'allocatable:=v1.ResourceList capacity:=v1.ResourceList phase:v1.NodePhase volumesInUse:v1.UniqueVolumeName',
  },
  'core.v1.NodeSwapStatus': { keepsZero: 'capacity' },
  'core.v1.ObjectReference': { names: 'uid:types.UID' },
  'core.v1.PersistentVolumeClaimCondition': {
    names: 'status:v1.ConditionStatus type:v1.PersistentVolumeClaimConditionType',
  },
  'core.v1.PersistentVolumeClaimSpec': {
    keepsZero: 'storageClassName volumeAttributesClassName volumeMode',
    names: 'accessModes:v1.PersistentVolumeAccessMode volumeMode:v1.PersistentVolumeMode',
  },
  'core.v1.PersistentVolumeClaimStatus': {
    keepsZero: 'currentVolumeAttributesClassName',
    names:
      'accessModes:v1.PersistentVolumeAccessMode allocatedResourceStatuses:v1.ClaimResourceStatus allocatedResources:=v1.ResourceList capacity:=v1.ResourceList phase:v1.PersistentVolumeClaimPhase',
  },
  'core.v1.PersistentVolumeSpec': {
    keepsZero: 'volumeAttributesClassName volumeMode',
    names:
      'accessModes:v1.PersistentVolumeAccessMode capacity:=v1.ResourceList persistentVolumeReclaimPolicy:v1.PersistentVolumeReclaimPolicy volumeMode:v1.PersistentVolumeMode',
  },
  'core.v1.PersistentVolumeStatus': { names: 'phase:v1.PersistentVolumePhase' },
  'core.v1.PodCertificateProjection': { keepsZero: 'maxExpirationSeconds' },
  'core.v1.PodCondition': { names: 'status:v1.ConditionStatus type:v1.PodConditionType' },
  'core.v1.PodDNSConfigOption': { keepsZero: 'value' },
  'core.v1.PodOS': { names: 'name:v1.OSName' },
  'core.v1.PodReadinessGate': { names: 'conditionType:v1.PodConditionType' },
  'core.v1.PodResourceClaim': { keepsZero: 'resourceClaimName resourceClaimTemplateName' },
  'core.v1.PodResourceClaimStatus': { keepsZero: 'resourceClaimName' },
  'core.v1.PodSchedulingGroup': { keepsZero: 'podGroupName' },
  'core.v1.PodSecurityContext': {
    keepsZero:
      'fsGroup fsGroupChangePolicy runAsGroup runAsNonRoot runAsUser seLinuxChangePolicy supplementalGroupsPolicy',
    names:
      'fsGroupChangePolicy:v1.PodFSGroupChangePolicy seLinuxChangePolicy:v1.PodSELinuxChangePolicy supplementalGroupsPolicy:v1.SupplementalGroupsPolicy',
  },
  'core.v1.PodSpec': {
    keepsZero:
      'activeDeadlineSeconds automountServiceAccountToken enableServiceLinks hostUsers hostnameOverride preemptionPolicy priority runtimeClassName setHostnameAsFQDN shareProcessNamespace terminationGracePeriodSeconds',
    names:
      'dnsPolicy:v1.DNSPolicy overhead:=v1.ResourceList preemptionPolicy:v1.PreemptionPolicy restartPolicy:v1.RestartPolicy',
  },
  'core.v1.PodStatus': {
    names: 'allocatedResources:=v1.ResourceList phase:v1.PodPhase qosClass:v1.PodQOSClass resize:v1.PodResizeStatus',
  },
  'core.v1.PortStatus': { keepsZero: 'error', names: 'protocol:v1.Protocol' },
  'core.v1.Probe': { keepsZero: 'terminationGracePeriodSeconds' },
  'core.v1.ProjectedVolumeSource': { keepsZero: 'defaultMode sources' },
  'core.v1.ReplicationControllerCondition': {
    names: 'status:v1.ConditionStatus type:v1.ReplicationControllerConditionType',
  },
  'core.v1.ReplicationControllerSpec': { keepsZero: 'replicas' },
  'core.v1.ResourceHealth': { keepsZero: 'message', names: 'health:v1.ResourceHealthStatus resourceID:v1.ResourceID' },
  'core.v1.ResourceQuotaSpec': { names: 'hard:=v1.ResourceList scopes:v1.ResourceQuotaScope' },
  'core.v1.ResourceQuotaStatus': { names: 'hard:=v1.ResourceList used:=v1.ResourceList' },
  'core.v1.ResourceRequirements': { names: 'limits:=v1.ResourceList requests:=v1.ResourceList' },
  'core.v1.ResourceStatus': { names: 'name:v1.ResourceName' },
  'core.v1.ScopedResourceSelectorRequirement': {
    names: 'operator:v1.ScopeSelectorOperator scopeName:v1.ResourceQuotaScope',
  },
  'core.v1.SeccompProfile': { keepsZero: 'localhostProfile', names: 'type:v1.SeccompProfileType' },
  'core.v1.Secret': { keepsZero: 'immutable', names: 'type:v1.SecretType' },
  'core.v1.SecretEnvSource': { keepsZero: 'optional' },
  'core.v1.SecretKeySelector': { keepsZero: 'optional' },
  'core.v1.SecretProjection': { keepsZero: 'optional' },
  'core.v1.SecretVolumeSource': { keepsZero: 'defaultMode optional' },
  'core.v1.SecurityContext': {
    keepsZero: 'allowPrivilegeEscalation privileged procMount readOnlyRootFilesystem runAsGroup runAsNonRoot runAsUser',
    names: 'procMount:v1.ProcMountType',
  },
  'core.v1.ServiceAccount': { keepsZero: 'automountServiceAccountToken' },
  'core.v1.ServiceAccountTokenProjection': { keepsZero: 'expirationSeconds' },
  'core.v1.ServicePort': { keepsZero: 'appProtocol', names: 'protocol:v1.Protocol' },
  'core.v1.ServiceSpec': {
    keepsZero:
      'allocateLoadBalancerNodePorts internalTrafficPolicy ipFamilyPolicy loadBalancerClass trafficDistribution',
    names:
      'externalTrafficPolicy:v1.ServiceExternalTrafficPolicy internalTrafficPolicy:v1.ServiceInternalTrafficPolicy ipFamilies:v1.IPFamily ipFamilyPolicy:v1.IPFamilyPolicy sessionAffinity:v1.ServiceAffinity type:v1.ServiceType',
  },
  'core.v1.Taint': { names: 'effect:v1.TaintEffect' },
  'core.v1.Toleration': {
    keepsZero: 'tolerationSeconds',
    names: 'effect:v1.TaintEffect operator:v1.TolerationOperator',
  },
  'core.v1.TopologySpreadConstraint': {
    keepsZero: 'minDomains nodeAffinityPolicy nodeTaintsPolicy',
    names:
      'nodeAffinityPolicy:v1.NodeInclusionPolicy nodeTaintsPolicy:v1.NodeInclusionPolicy whenUnsatisfiable:v1.UnsatisfiableConstraintAction',
  },
  'core.v1.TypedLocalObjectReference': { keepsZero: 'apiGroup' },
  'core.v1.TypedObjectReference': { keepsZero: 'apiGroup namespace' },
  'core.v1.VolumeMount': {
    keepsZero: 'mountPropagation recursiveReadOnly',
    names: 'mountPropagation:v1.MountPropagationMode recursiveReadOnly:v1.RecursiveReadOnlyMode',
  },
  'core.v1.VolumeMountStatus': { keepsZero: 'recursiveReadOnly', names: 'recursiveReadOnly:v1.RecursiveReadOnlyMode' },
  'core.v1.VolumeResourceRequirements': { names: 'limits:=v1.ResourceList requests:=v1.ResourceList' },
  'core.v1.WindowsSecurityContextOptions': {
    keepsZero: 'gmsaCredentialSpec gmsaCredentialSpecName hostProcess runAsUserName',
  },
  'discovery.v1.Endpoint': { keepsZero: 'hostname nodeName zone' },
  'discovery.v1.EndpointConditions': { keepsZero: 'ready serving terminating' },
  'discovery.v1.EndpointPort': { keepsZero: 'appProtocol name port protocol', names: 'protocol:v1.Protocol' },
  'discovery.v1.EndpointSlice': { keepsZero: 'endpoints ports', names: 'addressType:v1.AddressType' },
  'flowcontrol.v1.ExemptPriorityLevelConfiguration': { keepsZero: 'lendablePercent nominalConcurrencyShares' },
  'flowcontrol.v1.FlowDistinguisherMethod': { names: 'type:v1.FlowDistinguisherMethodType' },
  'flowcontrol.v1.FlowSchemaCondition': { names: 'status:v1.ConditionStatus type:v1.FlowSchemaConditionType' },
  'flowcontrol.v1.FlowSchemaSpec': { keepsZero: 'matchingPrecedence' },
  'flowcontrol.v1.LimitResponse': { names: 'type:v1.LimitResponseType' },
  'flowcontrol.v1.LimitedPriorityLevelConfiguration': {
    keepsZero: 'borrowingLimitPercent lendablePercent nominalConcurrencyShares',
  },
  'flowcontrol.v1.PriorityLevelConfigurationCondition': {
    names: 'status:v1.ConditionStatus type:v1.PriorityLevelConfigurationConditionType',
  },
  'flowcontrol.v1.PriorityLevelConfigurationSpec': { names: 'type:v1.PriorityLevelEnablement' },
  'flowcontrol.v1.QueuingConfiguration': { keepsZero: 'handSize queueLengthLimit queues' },
  'flowcontrol.v1.ResourcePolicyRule': { keepsZero: 'namespaces' },
  'flowcontrol.v1.Subject': { names: 'kind:v1.SubjectKind' },
  'meta.v1.APIResource': { names: 'verbs:=v1.Verbs' },
  'meta.v1.Condition': { names: 'status:v1.ConditionStatus' },
  'meta.v1.DeleteOptions': {
    keepsZero: 'gracePeriodSeconds ignoreStoreReadErrorWithClusterBreakingPotential orphanDependents propagationPolicy',
    names: 'propagationPolicy:v1.DeletionPropagation',
  },
  'meta.v1.FieldSelectorRequirement': { names: 'operator:v1.FieldSelectorOperator' },
  'meta.v1.LabelSelectorRequirement': { names: 'operator:v1.LabelSelectorOperator' },
  'meta.v1.ListMeta': { keepsZero: 'remainingItemCount' },
  'meta.v1.ListOptions': { names: 'resourceVersionMatch:v1.ResourceVersionMatch' },
  'meta.v1.ManagedFieldsEntry': { names: 'operation:v1.ManagedFieldsOperationType' },
  'meta.v1.ObjectMeta': { keepsZero: 'deletionGracePeriodSeconds', names: 'uid:types.UID' },
  'meta.v1.OwnerReference': { keepsZero: 'blockOwnerDeletion controller', names: 'uid:types.UID' },
  'meta.v1.Preconditions': { keepsZero: 'resourceVersion uid' },
  'meta.v1.Status': { names: 'reason:v1.StatusReason' },
  'meta.v1.StatusCause': { names: 'reason:v1.CauseType' },
  'meta.v1.StatusDetails': { names: 'uid:types.UID' },
  'meta.v1.TableOptions': { names: 'includeObject:v1.IncludeObjectPolicy' },
  'meta.v1.TableRowCondition': { names: 'status:v1.ConditionStatus type:v1.RowConditionType' },
  'networking.v1.HTTPIngressPath': { names: 'pathType:v1.PathType' },
  'networking.v1.IngressClassParametersReference': { keepsZero: 'apiGroup namespace scope' },
  'networking.v1.IngressPortStatus': { keepsZero: 'error', names: 'protocol:v1.Protocol' },
  'networking.v1.IngressSpec': { keepsZero: 'ingressClassName' },
  'networking.v1.NetworkPolicyPort': { keepsZero: 'endPort protocol', names: 'protocol:v1.Protocol' },
  'networking.v1.NetworkPolicySpec': { names: 'policyTypes:v1.PolicyType' },
  'node.v1.Overhead': { names: 'podFixed:=v1.ResourceList' },
  'policy.v1.PodDisruptionBudgetSpec': {
    keepsZero: 'unhealthyPodEvictionPolicy',
    names: 'unhealthyPodEvictionPolicy:v1.UnhealthyPodEvictionPolicyType',
  },
  'policy.v1.PodDisruptionBudgetStatus': { keepsZero: 'currentHealthy desiredHealthy disruptionsAllowed expectedPods' },
  'rbac.v1.ClusterRole': { keepsZero: 'rules' },
  'rbac.v1.Role': { keepsZero: 'rules' },
  'rbac.v1.RoleRef': { keepsZero: 'apiGroup' },
  'resource.v1.AllocatedDeviceStatus': { keepsZero: 'conditions data shareID' },
  'resource.v1.Device': { keepsZero: 'allNodes allowMultipleAllocations bindsToNode nodeName' },
  'resource.v1.DeviceAllocationConfiguration': { names: 'source:v1.AllocationConfigSource' },
  'resource.v1.DeviceAttribute': { keepsZero: 'bool int string version' },
  'resource.v1.DeviceClaim': { keepsZero: 'requests' },
  'resource.v1.DeviceClassSpec': { keepsZero: 'extendedResourceName' },
  'resource.v1.DeviceConstraint': {
    keepsZero: 'distinctAttribute matchAttribute',
    names: 'distinctAttribute:v1.FullyQualifiedName matchAttribute:v1.FullyQualifiedName',
  },
  'resource.v1.DeviceRequestAllocationResult': { keepsZero: 'adminAccess shareID' },
  'resource.v1.DeviceSubRequest': { names: 'allocationMode:v1.DeviceAllocationMode' },
  'resource.v1.DeviceTaint': { names: 'effect:v1.DeviceTaintEffect' },
  'resource.v1.DeviceToleration': {
    keepsZero: 'tolerationSeconds',
    names: 'effect:v1.DeviceTaintEffect operator:v1.DeviceTolerationOperator',
  },
  'resource.v1.ExactDeviceRequest': { keepsZero: 'adminAccess', names: 'allocationMode:v1.DeviceAllocationMode' },
  'resource.v1.NodeAllocatableResourceMapping': { keepsZero: 'capacityKey', names: 'capacityKey:v1.QualifiedName' },
  'resource.v1.ResourceClaimConsumerReference': { names: 'uid:types.UID' },
  'resource.v1.ResourceSliceSpec': { keepsZero: 'allNodes nodeName perDeviceNodeSelection' },
  'scheduling.v1.PriorityClass': { keepsZero: 'preemptionPolicy value', names: 'preemptionPolicy:v1.PreemptionPolicy' },
  'storage.v1.CSIDriverSpec': {
    keepsZero:
      'attachRequired fsGroupPolicy nodeAllocatableUpdatePeriodSeconds podInfoOnMount preventPodSchedulingIfMissing requiresRepublish seLinuxMount serviceAccountTokenInSecrets storageCapacity',
    names: 'fsGroupPolicy:v1.FSGroupPolicy volumeLifecycleModes:v1.VolumeLifecycleMode',
  },
  'storage.v1.CSINodeDriver': { keepsZero: 'topologyKeys' },
  'storage.v1.StorageClass': {
    keepsZero: 'allowVolumeExpansion reclaimPolicy volumeBindingMode',
    names: 'reclaimPolicy:v1.PersistentVolumeReclaimPolicy volumeBindingMode:v1.VolumeBindingMode',
  },
  'storage.v1.TokenRequest': { keepsZero: 'expirationSeconds' },
  'storage.v1.VolumeAttachmentSource': { keepsZero: 'persistentVolumeName' },
  'storage.v1.VolumeError': { keepsZero: 'errorCode' },
  'storage.v1.VolumeNodeResources': { keepsZero: 'count' },
};
