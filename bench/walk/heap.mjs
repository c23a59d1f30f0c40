import { getHeapSnapshot } from 'node:v8';

/**
 * Counts the objects that go away when something ends.
 *
 * @param {() => Promise<void>} end ends it
 * @param {number} each divides the counts by this
 * @returns names with their counts, largest first
 */
export async function grown(end, each) {
  const before = await census();
  await end();
  const after = await census();
  return [...before]
    .map(([name, count]) => ({ name, count: Math.round((count - (after.get(name) ?? 0)) / each) }))
    .filter(({ count }) => count > 0)
    .toSorted((a, b) => b.count - a.count);
}

/** Counts the objects of each class; without a class, of each set of members. */
async function census() {
  let text = '';
  for await (const part of getHeapSnapshot()) text += String(part);
  const { snapshot, nodes, edges, strings } = JSON.parse(text);
  const { node_fields: fields, edge_fields: edgeFields } = snapshot.meta;
  const [type, name, edgeCount] = ['type', 'name', 'edge_count'].map((one) => fields.indexOf(one));
  const [edgeType, edgeName] = ['type', 'name_or_index'].map((one) => edgeFields.indexOf(one));
  const object = snapshot.meta.node_types[0].indexOf('object');
  const property = snapshot.meta.edge_types[0].indexOf('property');
  /** @type {Map<string, number>} */
  const counts = new Map();
  let edge = 0;
  for (let node = 0; node < nodes.length; node += fields.length) {
    const last = edge + nodes[node + edgeCount] * edgeFields.length;
    if (nodes[node + type] === object) {
      const known = strings[nodes[node + name]];
      const shown = known === 'Object' ? membersBetween(edge, last) : known;
      counts.set(shown, (counts.get(shown) ?? 0) + 1);
    }
    edge = last;
  }
  return counts;

  /**
   * @param {number} first
   * @param {number} last
   */
  function membersBetween(first, last) {
    const members = [];
    for (let i = first; i < last; i += edgeFields.length) {
      const member = strings[edges[i + edgeName]];
      if (edges[i + edgeType] === property && member !== '__proto__') members.push(member);
    }
    return `{ ${members.join(', ')} }`;
  }
}
