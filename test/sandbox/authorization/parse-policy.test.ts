import { describe, expect, it } from 'vitest'
import { parsePolicy, readPolicy } from '../../../src/sandbox/authorization/parse-policy.js'

const allow = { Effect: 'Allow', Action: 'ec2:*', Resource: '*' }
const condition = (Condition: object) => ({ Statement: [allow, { ...allow, Condition }] })

it('a policy may speak of keys of KMS, which the sandbox asks for nothing', () => {
  const Condition = { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': ['alias/data'] } }
  expect(readPolicy({ Statement: { ...allow, Action: 'kms:Decrypt', Condition } }).statements).toHaveLength(1)
})

describe('a policy that is wrong is told with its place', () => {
  it.each([
    [[], 'a policy is a JSON object'],
    [{}, 'Statement: is missing'],
    [{ Version: '2012-10-18', Statement: allow }, 'Version: must be one of 2012-10-17, 2008-10-17'],
    [{ Statements: [] }, 'Statements: is no element of a policy'],
    [{ Statement: ['x'] }, 'Statement[0]: must be an object'],
    [{ Statement: [allow, { ...allow, Effect: 'allow' }] }, 'Statement[1].Effect: must be Allow or Deny'],
    [{ Statement: { Effect: 'Allow', Resource: '*' } }, 'Statement: has neither Action nor NotAction'],
    [{ Statement: { ...allow, NotAction: '*' } }, 'Statement: has Action and NotAction; a statement has one of them'],
    [
      { Statement: { ...allow, Action: ['ec2:*', 'RunInstances'] } },
      'Statement.Action[1]: must be `service:Action`, or `*`; it is "RunInstances"',
    ],
    [{ Statement: { ...allow, Action: [] } }, 'Statement.Action: is empty'],
    [
      { Statement: { ...allow, Resource: 'vol-1' } },
      'Statement.Resource[0]: must be an ARN of six parts, or `*`; it is "vol-1"',
    ],
    [{ Statement: { ...allow, Principal: '*' } }, 'Statement: a policy of a user or role names no principal'],
    [{ Statement: { ...allow, Condtion: {} } }, 'Statement.Condtion: is no element of a policy'],
    [
      {
        Statement: [
          { ...allow, Sid: 'A' },
          { ...allow, Sid: 'A' },
        ],
      },
      'Statement: two statements have the Sid A',
    ],
    [
      condition({ StringEqual: {} }),
      'Statement[1].Condition.StringEqual: StringEqual is no condition operator that the sandbox knows',
    ],
    [
      condition({ StringEquals: { 'ec2:Colour': 'red' } }),
      'Statement[1].Condition.StringEquals.ec2:Colour: the sandbox does not know this condition key',
    ],
    [
      condition({ StringEquals: { 'aws:RequestTag/': 'x' } }),
      'Statement[1].Condition.StringEquals.aws:RequestTag/: the sandbox does not know this condition key',
    ],
    [
      condition({ Bool: { 'ec2:Encrypted': 'yes' } }),
      'Statement[1].Condition.Bool.ec2:Encrypted: "yes" is neither true nor false',
    ],
    [
      condition({ Null: { 'ec2:Encrypted': '' } }),
      'Statement[1].Condition.Null.ec2:Encrypted: "" is neither true nor false',
    ],
    [
      condition({ NumericEquals: { 'ec2:VolumeSize': 'ten' } }),
      'Statement[1].Condition.NumericEquals.ec2:VolumeSize: "ten" is no number',
    ],
    [
      condition({ StringLike: { 'ec2:Region': { a: 1 } } }),
      'Statement[1].Condition.StringLike.ec2:Region: must be a text or a list of texts',
    ],
    [
      condition({ StringLike: { 'ec2:Region': '${aws:username}' } }),
      'Statement[1].Condition.StringLike.ec2:Region: the sandbox knows no policy variables: ${aws:username}',
    ],
  ])('%j', (document, told) => {
    expect(() => readPolicy(document)).toThrow(told)
  })

  it('also where it is no JSON, with what is wrong there', () => {
    expect(() => parsePolicy('{\n  "Statement": [\n    }\n')).toThrow(/^the policy is not JSON: Unexpected token '}'/)
  })
})
