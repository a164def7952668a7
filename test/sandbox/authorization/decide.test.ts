import { describe, expect, it } from 'vitest'
import { contextOf } from '../../../src/sandbox/authorization/condition-keys.js'
import { decide } from '../../../src/sandbox/authorization/decide.js'
import { readPolicy } from '../../../src/sandbox/authorization/parse-policy.js'

const volume = 'arn:aws:ec2:us-east-1:123456789012:volume/vol-1'

function decided(
  statements: readonly object[],
  context: Readonly<Record<string, string | readonly string[]>> = {},
  { action = 'ec2:DeleteVolume', resource = volume } = {},
) {
  return decide(readPolicy({ Version: '2012-10-17', Statement: statements }), {
    action,
    resource,
    context: contextOf(context),
  })
}

const allow = { Effect: 'Allow', Action: '*', Resource: '*' }
const allowIf = (Condition: object) => [{ ...allow, Condition }]

describe('a policy', () => {
  it('denies what no statement allows, and what one denies whatever others allow', () => {
    expect(decided([{ ...allow, Action: 'ec2:CreateVolume' }])).toBe('implicit-deny')
    expect(decided([{ ...allow, Action: 'ec2:deletevolume' }])).toBe('allowed')
    expect(decided([{ ...allow, Action: 'ec2:D*e?olume' }])).toBe('allowed')
    expect(decided([allow, { ...allow, Effect: 'Deny', Action: ['ec2:DeleteVolume'] }])).toBe('explicit-deny')
  })

  it('goes by ARNs with wildcards, and by all but what it names', () => {
    const withResource = (Resource: string) => decided([{ ...allow, Resource }])
    expect(withResource('arn:aws:ec2:*:*:volume/*')).toBe('allowed')
    expect(withResource('arn:aws:ec2:*:*:instance/*')).toBe('implicit-deny')
    expect(withResource('arn:aws:ec2:*:*:volume/vol-?')).toBe('allowed')
    const { Action, Resource, ...effect } = allow
    expect(decided([{ ...effect, NotAction: 'ec2:Delete*', Resource }])).toBe('implicit-deny')
    expect(decided([{ ...effect, NotAction: 'ec2:Create*', Resource }])).toBe('allowed')
    expect(decided([{ ...effect, Action, NotResource: volume }])).toBe('implicit-deny')
    expect(decided([{ ...effect, Action, NotResource: 'arn:aws:ec2:*:*:instance/*' }])).toBe('allowed')
    // Of an action that is about no resource only `*` speaks.
    expect(decided([{ ...allow, Resource: volume }], {}, { resource: '*' })).toBe('implicit-deny')
  })

  it.each([
    ['StringEquals', 'ec2:Region', 'us-east-1', true],
    ['StringEquals', 'ec2:Region', 'us-*', false],
    ['StringEquals', 'EC2:region', ['eu-west-1', 'us-east-1'], true],
    ['StringEqualsIgnoreCase', 'ec2:Region', 'US-EAST-1', true],
    ['StringLike', 'ec2:Region', 'us-*', true],
    ['StringNotEquals', 'ec2:Region', 'eu-west-1', true],
    ['StringNotEquals', 'ec2:Region', ['eu-west-1', 'us-east-1'], false],
    ['StringNotLike', 'ec2:Region', 'us-*', false],
    ['StringEquals', 'aws:ResourceTag/stack', 'a', false],
    ['StringNotEquals', 'aws:ResourceTag/stack', 'a', true],
    ['StringEqualsIfExists', 'aws:ResourceTag/stack', 'a', true],
    ['StringEqualsIfExists', 'ec2:Region', 'eu-west-1', false],
    ['Null', 'aws:ResourceTag/stack', 'true', true],
    ['Null', 'ec2:Region', true, false],
    ['Null', 'ec2:Region', 'false', true],
    ['Bool', 'ec2:Encrypted', 'true', true],
    ['Bool', 'ec2:Encrypted', false, false],
    ['NumericLessThanEquals', 'ec2:VolumeSize', 100, true],
    ['NumericLessThan', 'ec2:VolumeSize', '100', false],
    ['NumericNotEquals', 'ec2:VolumeSize', '99', true],
    ['DateGreaterThan', 'aws:CurrentTime', '2026-01-01T00:00:00Z', true],
    ['DateLessThan', 'aws:CurrentTime', '2026-01-01T00:00:00Z', false],
    ['ArnLike', 'ec2:Vpc', 'arn:aws:ec2:*:*:vpc/vpc-1', true],
    ['ArnLike', 'ec2:Vpc', 'arn:aws:ec2:*:vpc/vpc-1:*:x', false],
    ['ArnEquals', 'ec2:Vpc', 'arn:aws:ec2:us-east-1:123456789012:vpc/*', true],
    ['ArnNotEquals', 'ec2:Vpc', 'arn:aws:ec2:us-east-1:123456789012:vpc/*', false],
    ['ForAllValues:StringEquals', 'aws:TagKeys', ['a', 'b', 'c'], true],
    ['ForAllValues:StringEquals', 'aws:TagKeys', ['a'], false],
    ['ForAnyValue:StringEquals', 'aws:TagKeys', ['a'], true],
    ['ForAnyValue:StringEquals', 'aws:TagKeys', ['c'], false],
    ['ForAnyValue:StringEquals', 'aws:ResourceTag/stack', ['c'], false],
    ['ForAllValues:StringEquals', 'aws:ResourceTag/stack', ['c'], true],
    ['ForAllValues:StringNotEquals', 'aws:TagKeys', ['c'], true],
    ['ForAllValues:StringNotEquals', 'aws:TagKeys', ['b'], false],
  ])('%s of %s and %s: %s', (operator, key, value, holds) => {
    const context = {
      'ec2:Region': 'us-east-1',
      'ec2:Encrypted': 'true',
      'ec2:VolumeSize': '100',
      'aws:CurrentTime': '2026-06-01T12:00:00.000Z',
      'ec2:Vpc': 'arn:aws:ec2:us-east-1:123456789012:vpc/vpc-1',
      'aws:TagKeys': ['a', 'b'],
    }
    expect(decided(allowIf({ [operator]: { [key]: value } }), context)).toBe(holds ? 'allowed' : 'implicit-deny')
  })

  it('asks for all conditions, and all keys of one', () => {
    const context = { 'ec2:Region': 'us-east-1', 'ec2:VolumeType': 'gp3' }
    const both = (type: string) => ({ StringEquals: { 'ec2:Region': 'us-east-1', 'ec2:VolumeType': type } })
    expect(decided(allowIf(both('gp3')), context)).toBe('allowed')
    expect(decided(allowIf(both('io2')), context)).toBe('implicit-deny')
    expect(decided(allowIf({ ...both('gp3'), Null: { 'ec2:Region': 'true' } }), context)).toBe('implicit-deny')
  })
})
