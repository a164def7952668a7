import { describe, expect, test } from 'vitest'
import { escapeText, renderMembers, renderResponse } from '../../../src/sandbox/wire/xml.js'

describe('xml', () => {
  test('empty containers are there, absent members are not', () => {
    expect(renderMembers({ set: [], record: {}, text: '', gone: undefined, number: 0, flag: false })).toBe(
      '<set/><record/><text/><number>0</number><flag>false</flag>',
    )
  })

  test('lists are items, nested as deep as they are', () => {
    expect(renderMembers({ set: [{ id: 'a', tags: [{ key: 'k' }] }, 'text'] })).toBe(
      '<set><item><id>a</id><tags><item><key>k</key></item></tags></item><item>text</item></set>',
    )
  })

  test('text is escaped, and what XML cannot hold is replaced', () => {
    expect(escapeText('<a & "b">\r\n\u0000')).toBe('&lt;a &amp; &quot;b&quot;&gt;&#13;\n\ufffd')
  })

  test('an answer has a request id and the namespace', () => {
    expect(renderResponse('DeleteVolume', '2016-11-15', 'r-1', { return: true })).toContain(
      '<DeleteVolumeResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r-1</requestId><return>true</return></DeleteVolumeResponse>',
    )
  })
})
