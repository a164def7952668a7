/** Default quotas per account and region. Sources: EC2, EBS and VPC User Guides, "Quotas". */
export const quotas = {
  addresses: 5,
  vpcs: 5,
  subnetsPerVpc: 200,
  internetGateways: 5,
  routeTablesPerVpc: 200,
  routesPerTable: 500,
  networkAclsPerVpc: 200,
  /** In each direction. */
  rulesPerNetworkAcl: 20,
  natGatewaysPerZone: 5,
  gatewayEndpoints: 20,
  interfaceEndpointsPerVpc: 50,
  keyPairs: 5_000,
  securityGroups: 2_500,
  /** Per group, direction and address family. */
  rulesPerGroup: 60,
  groupsPerInterface: 5,
  placementGroups: 500,
  launchTemplates: 5_000,
  launchTemplateVersions: 10_000,
  pendingSnapshotsPerVolume: 5,
  /** To one destination region (EBS User Guide, "Quotas for Amazon EBS"). */
  snapshotCopiesInProgress: 20,
  modificationsPerDay: 4,
  userDataBytes: 16_384,
} as const
