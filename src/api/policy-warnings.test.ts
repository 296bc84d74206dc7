import { expect, test } from 'bun:test'
import { formatWarnings } from './policy-warnings.ts'

const finding = (message: string) => ({ severity: 'warning', code: 'c', where: 'Statement[0]', message }) as const

test('formatWarnings() is one line of ASCII that reads back as it was', () => {
  const findings = [finding('ünïcode "€" 🙂\n\u007f'), finding('plain')]
  const line = formatWarnings(findings) ?? ''
  expect(line).toMatch(/^[ -~]+$/)
  expect(JSON.parse(line)).toEqual(findings)
  expect(formatWarnings([])).toBeUndefined()
})

test('formatWarnings() keeps whole findings, as many as have room in 4 KB', () => {
  const line = formatWarnings(Array.from({ length: 500 }, (_, index) => finding(`€ ${index} ${'x'.repeat(50)}`))) ?? ''
  expect(line.length).toBeLessThanOrEqual(4096)
  expect(line.length).toBeGreaterThan(3800)
  expect(JSON.parse(line)[0].message).toStartWith('€ 0 ')
  expect(formatWarnings([finding('x'.repeat(5000))])).toBeUndefined()
})
