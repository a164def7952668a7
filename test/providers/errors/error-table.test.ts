import { describe, expect, it } from 'vitest'
import type { ErrorClass } from '../../../src/core/errors.js'
import { factsOf, listedAwsCodes } from '../../../src/providers/ec2/errors/error-table.js'

describe('the error table', () => {
  it.each<[awsCode: string, ErrorClass]>([
    ['RequestLimitExceeded', 'throttle'],
    ['Client.RequestLimitExceeded', 'throttle'],
    ['SnapshotCreationPerVolumeRateExceeded', 'throttle'],
    ['InternalError', 'ambiguous'],
    ['ServiceUnavailable', 'ambiguous'],
    ['InvalidInstanceID.NotFound', 'absent'],
    ['InvalidLaunchTemplateName.NotFoundException', 'absent'],
    ['InvalidSomethingNew.NotFound', 'absent'],
    ['IncorrectState', 'wait-state'],
    ['EC2InstanceStateInvalidException', 'wait-state'],
    ['EC2InstanceUnavailableException', 'wait-state'],
    ['EC2InstanceNotFoundException', 'absent'],
    ['EC2InstanceTypeInvalidException', 'bad-request'],
    ['InvalidArgsException', 'bad-request'],
    ['AuthException', 'auth'],
    ['ServiceException', 'ambiguous'],
    ['VolumeInUse', 'wait-state'],
    ['DependencyViolation', 'wait-state'],
    ['VolumeModificationRateExceeded', 'cool-down'],
    ['InvalidKeyPair.Duplicate', 'conflict'],
    ['IdempotentParameterMismatch', 'conflict'],
    ['VcpuLimitExceeded', 'quota'],
    ['SomethingNewLimitExceeded', 'quota'],
    ['InsufficientInstanceCapacity', 'capacity'],
    ['InsufficientVolumeCapacity', 'capacity'],
    ['AuthFailure', 'auth'],
    ['RequestExpired', 'auth'],
    ['UnauthorizedOperation', 'auth'],
    ['OperationNotPermitted', 'permission'],
    ['InvalidParameterValue', 'bad-request'],
    ['InvalidParameterCombination', 'bad-request'],
    ['InvalidInstanceID.Malformed', 'bad-request'],
    ['InvalidZone.NotFound', 'bad-request'],
    ['InvalidVolume.ZoneMismatch', 'bad-request'],
    ['InvalidAction', 'fatal'],
  ])('puts %s into the class %s', (awsCode, errorClass) => {
    expect(factsOf(awsCode)?.errorClass).toBe(errorClass)
  })

  it.each<[message: string, ErrorClass]>([
    ['Value (x) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name', 'consistency'],
    ['IAM Instance Profile "x" has no associated IAM Roles', 'consistency'],
    ['LaunchPlan instance type does not match attribute value', 'consistency'],
    ["Invalid value '/dev/sdf' for unixDevice. Attachment point /dev/sdf is already in use", 'conflict'],
    ['Value (nonsense) for parameter zone is invalid.', 'bad-request'],
  ])('reads the message of InvalidParameterValue: %s', (message, errorClass) => {
    expect(factsOf('InvalidParameterValue', message)?.errorClass).toBe(errorClass)
  })

  it.each<[message: string, ErrorClass, hint: RegExp]>([
    ['You are not subscribed to this service. Please go to http://aws.amazon.com to subscribe.', 'auth', /sign-up/],
    ['In order to use this AWS Marketplace product you need to accept terms and subscribe.', 'permission', /terms/],
  ])('tells what is to be signed up for when EC2 says OptInRequired: %s', (message, errorClass, hint) => {
    const facts = factsOf('OptInRequired', message)
    expect(facts).toMatchObject({ errorClass, code: 'EC2_NOT_SUBSCRIBED', hint: expect.stringMatching(hint) })
  })

  it('says nothing of a code that nobody knows', () => {
    expect(factsOf('WhatEver')).toBeUndefined()
  })

  it('lists no code twice', () => {
    expect(listedAwsCodes.length).toBe(new Set(listedAwsCodes).size)
    expect(listedAwsCodes.length).toBeGreaterThan(130)
  })
})
