import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HostError } from '../../src/core/errors.js'
import { createMask, hiddenValue } from '../../src/core/masking.js'
import { shellWord } from '../../src/core/shell-words.js'

const key = '-----BEGIN KEY-----\nc2VjcmV0IG9mIHRoZSBzdGFjaw==\n-----END KEY-----\n'

describe('a mask', () => {
  it('hides a value wherever it stands, in the words of JSON and of sh too', () => {
    const value = `it's "5" $HOME\\`
    const { text } = createMask([value])
    for (const form of [value, JSON.stringify(value).slice(1, -1), shellWord(value)]) {
      expect(text(`a ${form} b ${form}`)).toBe(`a ${hiddenValue} b ${hiddenValue}`)
    }
  })

  it('hides what a program has encoded, behind whatever else was encoded with it', () => {
    const value = 'p/an+ted se{ret é'
    const { text } = createMask([value])
    const forms = {
      url: encodeURIComponent(value),
      form: new URLSearchParams({ a: value }).toString().slice(2),
      'JSON in JSON': JSON.stringify(JSON.stringify({ a: value })),
      hex: Buffer.from(value).toString('hex'),
      HEX: Buffer.from(value).toString('hex').toUpperCase(),
      ...Object.fromEntries(
        ['', 'u', 'us', 'user:'].flatMap((before) => [
          [`base64 behind ${before}`, Buffer.from(`${before}${value}`).toString('base64')],
          [`base64url behind ${before}`, Buffer.from(`${before}${value}`).toString('base64url')],
        ]),
      ),
    }
    for (const [form, encoded] of Object.entries(forms)) {
      const shown = text(`said ${encoded} and on`)
      expect({ form, shown }).toEqual({ form, shown: expect.stringContaining(hiddenValue) })
      // Of what stood before it, and of its last letters, at most four are left.
      const left = shown.replace(hiddenValue, '').replace('said', '').replace('and on', '').trim()
      expect({ form, left: left.replaceAll(/[{}":\\a]/g, '').length <= 10 }).toEqual({ form, left: true })
    }
  })

  it('hides each line of a value', () => {
    expect(createMask([key]).text('said: c2VjcmV0IG9mIHRoZSBzdGFjaw== !')).toBe(`said: ${hiddenValue} !`)
  })

  it('hides what the end of a buffer has cut', () => {
    const { text } = createMask([key])
    expect(text('IG9mIHRoZSBzdGFjaw==\nand on')).not.toContain('IG9mIHR')
    expect(text('and on c2VjcmV0IG9mIHR')).toBe(`and on ${hiddenValue}`)
  })

  it('leaves what is too short to be looked for', () => {
    expect(createMask(['abc', '   ', '']).text('abc and    abc')).toBe('abc and    abc')
  })

  it('hides in data, and in errors with what caused them, which stay what they are', () => {
    const mask = createMask(['planted'])
    const cause = new Error('planted')
    const error = new HostError('HOST_COMMAND_FAILED', 'it said planted', {
      host: 'a',
      stderrTail: 'planted',
      cause,
      hint: 'planted',
    })
    expect(mask.data({ planted: ['planted', 1, null], same: 'x' })).toEqual({
      [hiddenValue]: [hiddenValue, 1, null],
      same: 'x',
    })
    const hidden = mask.data({ error }).error
    expect(hidden).toBeInstanceOf(HostError)
    expect(hidden.code).toBe('HOST_COMMAND_FAILED')
    expect(
      [hidden.message, hidden.stderrTail, hidden.hint, hidden.stack, cause.message, cause.stack].join(),
    ).not.toContain('planted')
    const same = { a: ['b'] }
    expect(mask.data(same)).toBe(same)
  })

  it('hides any value in any text', () => {
    const values = fc.string({ unit: 'grapheme', minLength: 6 }).filter((value) => value.trim().length >= 4)
    fc.assert(
      fc.property(values, fc.string(), fc.string(), (value, before, after) => {
        const shown = createMask([value]).text(`${before}${value}${after}`)
        expect(hiddenValue.includes(value) || !shown.replaceAll(hiddenValue, '\u0000').includes(value)).toBe(true)
      }),
    )
  })
})
