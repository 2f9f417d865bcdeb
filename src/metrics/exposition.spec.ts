import { describe, expect, it } from 'vitest';
import { renderFamilies } from './exposition.js';

describe('renderFamilies', () => {
  it('writes each family with its help and type, one series a line', async () => {
    const text = await renderFamilies([
      { name: 'a', help: 'What a is', type: 'gauge', series: [['', 1.5]] },
      {
        name: 'b_total',
        help: 'What b is',
        type: 'counter',
        series: [
          ['x="1"', 0],
          ['x="2"', 1e21],
        ],
      },
      { name: 'c', help: 'What c is', type: 'gauge', series: [] },
    ]);
    expect(text).toBe(`# HELP a What a is
# TYPE a gauge
a 1.5
# HELP b_total What b is
# TYPE b_total counter
b_total{x="1"} 0
b_total{x="2"} 1e+21
# HELP c What c is
# TYPE c gauge
`);
  });
});
