import type { Code } from '../../../core/codes.js'
import type { ErrorClass } from '../../../core/errors.js'

/** What one of EC2's error codes means for us. */
export interface ErrorFacts {
  readonly errorClass: ErrorClass
  readonly code: Code
  /** What people can do next, where EC2's own message does not say it. */
  readonly hint?: string
}

interface Row extends ErrorFacts {
  readonly awsCodes: readonly string[]
}

const keysHint =
  'check the access key and secret (`aws sts get-caller-identity` with the same profile tells whom they belong to); when they are right, the region may not be enabled for the account: enable it, or choose another under `target.region`'

/**
 * EC2's error codes by class (API reference, "Error codes for the Amazon EC2 API"), and the
 * few of Systems Manager, EC2 Instance Connect and the credential services that can meet us. Message text is matched only in `byMessage`.
 */
const rows: readonly Row[] = [
  {
    errorClass: 'throttle',
    code: 'EC2_THROTTLED',
    awsCodes: [
      'RequestLimitExceeded',
      'Client.RequestLimitExceeded',
      'Throttling',
      'ThrottlingException',
      'ThrottledException',
      'EC2ThrottledException',
      'RequestThrottled',
      'TooManyRequestsException',
      'SlowDown',
      'BandwidthLimitExceeded',
      'PriorRequestNotComplete',
      'ConcurrentMutationLimitExceeded',
      'ConcurrentTagAccess',
      'SnapshotCreationPerVolumeRateExceeded',
    ],
  },
  {
    errorClass: 'ambiguous',
    code: 'EC2_UNAVAILABLE',
    hint: 'run the same command again; https://health.aws.amazon.com tells of disturbances in the region',
    awsCodes: [
      'InternalError',
      'InternalFailure',
      'InternalServerError',
      'ServerInternal',
      'ServiceUnavailable',
      'Unavailable',
      'RetryableError',
      'ServiceException',
    ],
  },
  {
    errorClass: 'absent',
    code: 'EC2_NOT_FOUND',
    awsCodes: [
      'InvalidInstanceID.NotFound',
      'InvalidGroup.NotFound',
      'InvalidSecurityGroupID.NotFound',
      'InvalidVolume.NotFound',
      'InvalidVolumeID.NotFound',
      'InvalidSnapshot.NotFound',
      'InvalidAllocationID.NotFound',
      'InvalidAssociationID.NotFound',
      'InvalidKeyPair.NotFound',
      'InvalidAMIID.NotFound',
      'InvalidNetworkInterfaceID.NotFound',
      'InvalidSubnetID.NotFound',
      'InvalidVpcID.NotFound',
      'NatGatewayNotFound',
      'InvalidAttachment.NotFound',
      'InvalidPermission.NotFound',
      'InvalidSecurityGroupRuleId.NotFound',
      'InvalidVolumeModification.NotFound',
      'InvalidLaunchTemplateId.NotFound',
      'InvalidLaunchTemplateName.NotFoundException',
      'InvalidLaunchTemplateId.VersionNotFound',
      'InvalidPlacementGroup.Unknown',
      'ParameterNotFound',
      'EC2InstanceNotFoundException',
    ],
  },
  {
    errorClass: 'wait-state',
    code: 'EC2_WRONG_STATE',
    awsCodes: [
      'IncorrectInstanceState',
      'IncorrectState',
      'IncorrectSpotRequestState',
      'InvalidState',
      'InvalidInstanceState',
      'VolumeInUse',
      'IncorrectModificationState',
      'InvalidIPAddress.InUse',
      'DependencyViolation',
      'InvalidGroup.InUse',
      'InvalidSnapshot.InUse',
      'InvalidPlacementGroup.InUse',
      'InvalidNetworkInterface.InUse',
      'InvalidAMIID.Unavailable',
      'ResourceNotReady',
      'CreditSpecificationUpdateInProgress',
      'EC2InstanceStateInvalidException',
      'EC2InstanceUnavailableException',
      'ConcurrentSnapshotLimitExceeded',
      'ConcurrentCreateImageNoRebootLimitExceeded',
      'PendingSnapshotLimitExceeded',
    ],
  },
  {
    errorClass: 'cool-down',
    code: 'EC2_COOLING_DOWN',
    hint: 'EC2 bounds how often one volume can be modified; apply again after the time that the message names',
    awsCodes: ['VolumeModificationRateExceeded'],
  },
  {
    errorClass: 'conflict',
    code: 'EC2_CONFLICT',
    awsCodes: [
      'InvalidKeyPair.Duplicate',
      'InvalidGroup.Duplicate',
      'InvalidPermission.Duplicate',
      'InvalidPlacementGroup.Duplicate',
      'InvalidAMIName.Duplicate',
      'InvalidLaunchTemplateName.AlreadyExistsException',
      'Resource.AlreadyAssociated',
      'IdempotentParameterMismatch',
      'IdempotentInstanceTerminated',
    ],
  },
  {
    errorClass: 'quota',
    code: 'EC2_QUOTA',
    hint: 'ask for a higher quota (Service Quotas in the AWS console), or remove what is not needed any more',
    awsCodes: [
      'InstanceLimitExceeded',
      'VcpuLimitExceeded',
      'MaxSpotInstanceCountExceeded',
      'VolumeLimitExceeded',
      'MaxIOPSLimitExceeded',
      'VolumeModificationSizeLimitExceeded',
      'VolumeIOPSLimit',
      'SnapshotLimitExceeded',
      'ResourceLimitExceeded',
      'ResourceCountExceeded',
      'AddressLimitExceeded',
      'KeyPairLimitExceeded',
      'SecurityGroupLimitExceeded',
      'RulesPerSecurityGroupLimitExceeded',
      'SecurityGroupsPerInstanceLimitExceeded',
      'SecurityGroupsPerInterfaceLimitExceeded',
      'AttachmentLimitExceeded',
      'CardAttachmentLimitExceeded',
      'PlacementGroupLimitExceeded',
      'MaxTemplateLimitExceeded',
      'MaxTemplateVersionLimitExceeded',
      'TagLimitExceeded',
    ],
  },
  {
    errorClass: 'capacity',
    code: 'EC2_CAPACITY',
    hint: 'try again in some minutes, or choose another instance type or zone in the stack file',
    awsCodes: [
      'InsufficientInstanceCapacity',
      'InsufficientVolumeCapacity',
      'InsufficientAddressCapacity',
      'InsufficientHostCapacity',
      'InsufficientReservedInstanceCapacity',
      'InsufficientCapacityOnHost',
      'InsufficientFreeAddressesInSubnet',
      'ReservationCapacityExceeded',
      'UnfulfillableCapacity',
      'Unsupported',
    ],
  },
  {
    errorClass: 'capacity',
    code: 'EC2_CAPACITY',
    hint: 'raise `spot.maxPrice`, or leave it out: the price on demand is the most that EC2 ever asks for',
    awsCodes: ['SpotMaxPriceTooLow'],
  },
  {
    errorClass: 'auth',
    code: 'EC2_CREDENTIALS',
    hint: keysHint,
    awsCodes: [
      'AuthFailure',
      'InvalidClientTokenId',
      'InvalidAccessKeyId',
      'UnrecognizedClientException',
      'InvalidSignatureException',
      'SignatureDoesNotMatch',
      'IncompleteSignature',
      'MissingAuthenticationToken',
      'MissingAuthenticationTokenException',
    ],
  },
  {
    errorClass: 'auth',
    code: 'EC2_CREDENTIALS_EXPIRED',
    hint: 'renew the session (`aws sso login`, or fresh keys in the environment), and check that this machine’s clock is right: EC2 refuses requests whose time is more than 15 minutes off',
    awsCodes: ['RequestExpired', 'ExpiredToken', 'ExpiredTokenException', 'RequestTimeTooSkewed'],
  },
  {
    errorClass: 'auth',
    code: 'EC2_CREDENTIALS_MISSING',
    hint: 'set `profile` under `target`, or AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; `target: sandbox` needs none of them',
    awsCodes: ['CredentialsProviderError', 'TokenProviderError', 'ProviderError'],
  },
  {
    errorClass: 'auth',
    code: 'EC2_NOT_SUBSCRIBED',
    hint: 'the account’s owner finishes its sign-up for EC2 (a new account takes some hours), or enables the region',
    awsCodes: ['OptInRequired'],
  },
  {
    errorClass: 'auth',
    code: 'EC2_ACCOUNT_BLOCKED',
    hint: 'the account’s owner has to clear this with AWS Support',
    awsCodes: ['Blocked', 'PendingVerification', 'AccountDisabled'],
  },
  {
    errorClass: 'auth',
    code: 'EC2_FORBIDDEN',
    hint: '`evenkeel iam-policy` prints what the role or user must be allowed to do; an encoded message is read with `aws sts decode-authorization-message`',
    awsCodes: [
      'UnauthorizedOperation',
      'AccessDenied',
      'AccessDeniedException',
      'Client.UnauthorizedOperation',
      'AuthException',
    ],
  },
  {
    errorClass: 'permission',
    code: 'EC2_PROTECTED',
    hint: 'a protection stands in the way; evenkeel never lifts one by itself',
    awsCodes: [
      'OperationNotPermitted',
      'CannotDelete',
      'InvalidAddress.Locked',
      'TagPolicyViolation',
      'CustomerKeyHasBeenRevoked',
    ],
  },
  {
    errorClass: 'bad-request',
    code: 'EC2_REJECTED',
    awsCodes: [
      'InvalidInput',
      'MissingInput',
      'MissingParameter',
      'UnknownParameter',
      'ValidationError',
      'ValidationException',
      'InvalidBlockDeviceMapping',
      'InvalidZone.NotFound',
      'InvalidVolume.ZoneMismatch',
      'InvalidVolumeID.ZoneMismatch',
      'UnknownVolumeType',
      'BootForVolumeTypeUnsupported',
      'EncryptedVolumesNotSupported',
      'InvalidInstanceAttributeValue',
      'UnsupportedOperation',
      'UnsupportedInstanceAttribute',
      'EC2InstanceTypeInvalidException',
      'InvalidArgsException',
      'FilterLimitExceeded',
      'InvalidFilter',
      'InvalidMaxResults',
      'InvalidNextToken',
      'InvalidPaginationToken',
      'VPCIdNotSpecified',
      'InvalidKey.Format',
      'InvalidKeyPair.Format',
    ],
  },
  {
    errorClass: 'fatal',
    code: 'EC2_PROTOCOL',
    hint: 'check `target.endpoint` and `target.region`: what answers there does not speak the EC2 API that evenkeel needs',
    awsCodes: [
      'InvalidAction',
      'NoSuchVersion',
      'UnsupportedProtocol',
      'InvalidRegion',
      'InvalidQueryParameter',
      'MalformedQueryString',
    ],
  },
]

/** Ends and beginnings of codes that the rows do not name one by one; the first that fits counts. */
const patterns: readonly (readonly [RegExp, ErrorFacts])[] = [
  // Elastic Load Balancing's, as the SDK calls them.
  [
    /^(?:LoadBalancer|TargetGroup|Listener|Rule)NotFound(?:Exception)?$/,
    { errorClass: 'absent', code: 'EC2_NOT_FOUND' },
  ],
  // Auto Scaling's, as its SDK calls them.
  [/^AlreadyExists(?:Fault)?$/, { errorClass: 'conflict', code: 'EC2_CONFLICT' }],
  [/^ActiveInstanceRefreshNotFound(?:Fault)?$/, { errorClass: 'absent', code: 'EC2_NOT_FOUND' }],
  [
    /^(?:ResourceInUse|ScalingActivityInProgress|InstanceRefreshInProgress)(?:Fault)$/,
    { errorClass: 'wait-state', code: 'EC2_WRONG_STATE' },
  ],
  [/^ResourceContention(?:Fault)?$/, { errorClass: 'throttle', code: 'EC2_THROTTLED' }],
  [/^LimitExceededFault$/, { errorClass: 'quota', code: 'EC2_QUOTA' }],
  [/^Duplicate\w+Name(?:Exception)?$/, { errorClass: 'conflict', code: 'EC2_CONFLICT' }],
  [/^ResourceInUse(?:Exception)?$/, { errorClass: 'wait-state', code: 'EC2_WRONG_STATE' }],
  [/^TooMany\w+$/, { errorClass: 'quota', code: 'EC2_QUOTA' }],
  [/^PriorRequestNotComplete(?:Exception)?$/, { errorClass: 'throttle', code: 'EC2_THROTTLED' }],
  [/\.Malformed$/, { errorClass: 'bad-request', code: 'EC2_REJECTED' }],
  [/\.NotFound$/, { errorClass: 'absent', code: 'EC2_NOT_FOUND' }],
  [/\.Duplicate$/, { errorClass: 'conflict', code: 'EC2_CONFLICT' }],
  [/\.InUse$/, { errorClass: 'wait-state', code: 'EC2_WRONG_STATE' }],
  [/LimitExceeded$/, { errorClass: 'quota', code: 'EC2_QUOTA' }],
  [/^Insufficient.*Capacity/, { errorClass: 'capacity', code: 'EC2_CAPACITY' }],
  [/^InvalidParameter/, { errorClass: 'bad-request', code: 'EC2_REJECTED' }],
]

/** The only places where EC2 says with words what its code does not say. */
const byMessage: readonly (readonly [awsCode: string, RegExp, ErrorFacts])[] = [
  [
    'InvalidParameterValue',
    /Invalid IAM Instance Profile|has no associated IAM Roles|LaunchPlan instance type does not match/i,
    { errorClass: 'consistency', code: 'EC2_NOT_FOUND' },
  ],
  [
    // Of one image alone: everything else of the account goes on.
    'OptInRequired',
    /Marketplace|accept terms/i,
    {
      errorClass: 'permission',
      code: 'EC2_NOT_SUBSCRIBED',
      hint: 'open the address that the message names with this account, accept the terms, and apply again; or choose another image',
    },
  ],
  [
    'OperationNotPermitted',
    /^Encrypted snapshots .*(?:shared|public)/i,
    {
      errorClass: 'permission',
      code: 'EC2_SHARE_REFUSED',
      hint: 'what is encrypted with the key that AWS keeps for EBS is shared with nobody, and what is encrypted at all is never public: give the volume a key of your own (`kmsKey`), or leave `share` out',
    },
  ],
  ['ValidationError', /AutoScalingGroup name not found/i, { errorClass: 'absent', code: 'EC2_NOT_FOUND' }],
  [
    // Auto Scaling's, of the launch that a template stands for.
    'ValidationError',
    /You are not authorized to perform this operation/i,
    {
      errorClass: 'auth',
      code: 'EC2_FORBIDDEN',
      hint: 'whoever names a launch template must be allowed to launch by it, and to pass its role: `evenkeel iam-policy` prints what a stack needs',
    },
  ],
  ['InvalidInstanceID', /pending instance/i, { errorClass: 'consistency', code: 'EC2_WRONG_STATE' }],
  ['InvalidParameterValue', /is already in use/i, { errorClass: 'conflict', code: 'EC2_CONFLICT' }],
]

const facts: ReadonlyMap<string, ErrorFacts> = new Map(
  rows.flatMap(({ awsCodes, ...row }) => awsCodes.map((awsCode) => [awsCode, row] as const)),
)

/** What an error code means; undefined for a code that nobody has listed. */
export function factsOf(awsCode: string, message = ''): ErrorFacts | undefined {
  const spoken = byMessage.find(([code, pattern]) => code === awsCode && pattern.test(message))
  return spoken?.[2] ?? facts.get(awsCode) ?? patterns.find(([pattern]) => pattern.test(awsCode))?.[1]
}

/**
 * Every code that the table lists, for the tests.
 *
 * @internal exported for its test
 */
export const listedAwsCodes: readonly string[] = [...facts.keys()]
