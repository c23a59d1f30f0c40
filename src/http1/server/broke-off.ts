/** The rest of a request's body will not come: the client left, or was sent away. */
export class BodyBrokeOff extends Error {
  override readonly name = 'BodyBrokeOff';

  constructor() {
    super('the client left half-way');
  }
}
