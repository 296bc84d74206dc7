import { expect, test } from 'bun:test'
import { Metrics } from './metrics.ts'

test('Metrics renders counters and gauges by their labels', () => {
  const metrics = new Metrics()
  const requests = metrics.counter('requests_total', 'Requests.', ['surface', 'status'])
  requests.add(1, 'oci', '2xx')
  requests.add(2, 'oci', '2xx')
  requests.add(1, 'ecr', '4xx')
  metrics.counter('nothing_total', 'Nothing yet.')
  metrics.gaugeOf('answer', 'Asked for.', () => 42)
  expect(metrics.render()).toBe(
    [
      '# HELP requests_total Requests.',
      '# TYPE requests_total counter',
      'requests_total{surface="oci",status="2xx"} 3',
      'requests_total{surface="ecr",status="4xx"} 1',
      '# HELP nothing_total Nothing yet.',
      '# TYPE nothing_total counter',
      'nothing_total 0',
      '# HELP answer Asked for.',
      '# TYPE answer gauge',
      'answer 42',
      '',
    ].join('\n'),
  )
})

test('Histogram counts cumulatively, a bound included', () => {
  const metrics = new Metrics()
  const seconds = metrics.histogram('seconds', 'Times.', { labels: ['operation'], bounds: [0.1, 1] })
  for (const value of [0.05, 0.1, 0.5, 7]) seconds.observe(value, 'pull')
  const lines = metrics.render().split('\n')
  expect(lines).toContain('seconds_bucket{operation="pull",le="0.1"} 2')
  expect(lines).toContain('seconds_bucket{operation="pull",le="1"} 3')
  expect(lines).toContain('seconds_bucket{operation="pull",le="+Inf"} 4')
  expect(lines).toContain('seconds_sum{operation="pull"} 7.65')
  expect(lines).toContain('seconds_count{operation="pull"} 4')
})

test('Metrics escapes label values and refuses one name twice', () => {
  const metrics = new Metrics()
  metrics.counter('x', 'X.', ['l']).add(1, 'a"b\\c\nd')
  expect(metrics.render()).toContain('x{l="a\\"b\\\\c\\nd"} 1')
  expect(() => metrics.gauge('x', 'X.')).toThrow('exists already')
})
