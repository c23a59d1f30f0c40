/** The function of the page's script that fills an element with another one's content. */
export const MORPH: string = /* js */ `
/** Changes what differs and no more, so that focus, selection and what is open stay. */
function morph(from, to) {
  const [olds, nexts] = [from, to].map((one) => [...one.childNodes]);
  nexts.forEach((next, i) => {
    const old = olds[i];
    if (old === undefined) return from.append(next);
    if (old.nodeName !== next.nodeName || old.id !== next.id) return old.replaceWith(next);
    if (next.nodeType !== Node.ELEMENT_NODE) {
      if (old.data !== next.data) old.data = next.data;
      return;
    }
    for (const { name } of [...old.attributes])
      if (!next.hasAttribute(name) && name !== 'open') old.removeAttribute(name);
    for (const { name, value } of next.attributes)
      if (old.getAttribute(name) !== value && name !== 'open') old.setAttribute(name, value);
    morph(old, next);
  });
  for (const old of olds.slice(nexts.length)) old.remove();
}
`;
