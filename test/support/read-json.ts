/** A body as the shape that a test is about. */
export async function readJson<Shape>(response: Response): Promise<Shape> {
  // Whatever else it is, the test goes on to look at it and fails there.
  return (await response.json()) as Shape
}
