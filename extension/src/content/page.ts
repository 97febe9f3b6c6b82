/**
 * The page's document, out of reach of the page: an element that is called "querySelectorAll" or "body" takes the place
 * of the document's own property of that name, for scripts of extensions too.
 */

/** A stand-in to read from and to call methods of; what wants a real node must be given the document itself. */
export const page: Document = new Proxy(document, {
  get(target, name) {
    // Elements' names lie on the document itself, where its own are not.
    for (let at: object | null = Object.getPrototypeOf(target); at; at = Object.getPrototypeOf(at)) {
      const property = Object.getOwnPropertyDescriptor(at, name);
      if (!property) continue;
      const value = property.get ? property.get.call(target) : property.value;
      return typeof value === "function" ? value.bind(target) : value;
    }
    return undefined;
  },
});
