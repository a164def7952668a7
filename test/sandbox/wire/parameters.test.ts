import { describe, expect, test } from 'vitest'
import { parseParameters } from '../../../src/sandbox/wire/parameters.js'
import { blob, boolean, integer, list, oneOf, required, string, structure } from '../../../src/sandbox/wire/shape.js'

describe('parameters', () => {
  const members = {
    Name: required(string),
    Size: integer,
    On: boolean,
    Data: blob,
    Kind: oneOf('a', 'b'),
    Id: list(string),
    Rule: list(structure({ Port: integer, From: list(string) })),
  } as const
  const known = new Set(['Rule.N.Later', 'Other.N.Deep.Name'])
  const parse = (pairs: Record<string, string>) =>
    parseParameters(Object.entries({ Name: 'x', ...pairs }), members, known)

  test('are typed by their shapes, lists in the order of their numbers', () => {
    expect(
      parse({
        Size: '3',
        On: 'true',
        Data: 'aGk=',
        'Id.10': 'last',
        'Id.2': 'first',
        'Rule.1.Port': '22',
        'Rule.1.From.1': 'me',
      }),
    ).toEqual({
      Name: 'x',
      Size: 3,
      On: true,
      Data: Buffer.from('hi'),
      Id: ['first', 'last'],
      Rule: [{ Port: 22, From: ['me'] }],
    })
  })

  test.each<[Record<string, string>, string]>([
    [{ Name: '' }, 'MissingParameter: The request must contain the parameter Name'],
    [{ Size: '1.5' }, 'InvalidParameterValue: Value (1.5) for parameter Size is invalid. Expected an integer.'],
    [{ On: 'yes' }, 'InvalidParameterValue: Value (yes) for parameter On is invalid. Expected true or false.'],
    [{ Kind: 'c' }, 'InvalidParameterValue: Value (c) for parameter Kind is invalid. Valid values: [a, b]'],
    [{ Data: '*' }, 'InvalidParameterValue: Value for parameter Data is invalid. Expected base64.'],
    [{ name: 'x' }, 'UnknownParameter: The parameter name is not recognized'],
    [{ Id: 'i-1' }, 'UnknownParameter: The parameter Id is not recognized'],
    [{ 'Id.0': 'i-1' }, 'UnknownParameter: The parameter Id.0 is not recognized'],
    [{ 'Id.member.1': 'i-1' }, 'UnknownParameter: The parameter Id.member is not recognized'],
    [{ 'Rule.1.Colour': 'red' }, 'UnknownParameter: The parameter Rule.1.Colour is not recognized'],
    [
      { 'Rule.1.Later': 'x' },
      'UnsupportedOperation: The evenkeel sandbox does not support the parameter Rule.1.Later.',
    ],
    [
      { 'Other.3.Deep.Name': 'x' },
      'UnsupportedOperation: The evenkeel sandbox does not support the parameter Other.3.Deep.Name.',
    ],
    [{ constructor: 'x' }, 'UnknownParameter: The parameter constructor is not recognized'],
  ])('%j is refused', (pairs, expected) => {
    let message = ''
    try {
      parse(pairs)
    } catch (error) {
      message = `${(error as { code: string }).code}: ${(error as Error).message}`
    }
    expect(message).toBe(expected)
  })
})
