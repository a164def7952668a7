import { expect, test } from 'vitest'
import { catalogueOf, findPublicParameter } from '../../../src/sandbox/model/image.js'

test('images have the same ids at every start, another in each region, and the parameter names the newest', () => {
  const images = catalogueOf('us-east-1')
  expect(catalogueOf('us-east-1')).toEqual(images)
  expect(new Set([...images, ...catalogueOf('eu-west-1')].map(({ id }) => id)).size).toBe(images.length * 2)
  const newest = images.filter(({ name }) => name.startsWith('debian-12-amd64-')).at(-1)!
  expect(findPublicParameter(images, '/aws/service/debian/release/12/latest/amd64')).toMatchObject({ value: newest.id })
})

test('no image is out of date for a clock that is years ahead', () => {
  const images = catalogueOf('us-east-1')
  expect(images.length).toBeGreaterThan(10)
  expect(images.filter(({ deprecatedAtMs }) => (deprecatedAtMs ?? 0) < Date.UTC(2031, 0, 1))).toEqual([])
})
