// An issuer of JWTs: node oauth2-issuer.mjs LIFETIME [silent]
// Tokens live for LIFETIME seconds; with "silent" it says that they live for an hour. It ends when its input does.
import { OAuth2Server } from "oauth2-mock-server";

const lifetime = Number(process.argv[2]);
const silent = process.argv[3] === "silent";
const server = new OAuth2Server();
await server.issuer.keys.generate("RS256");
server.service.on("beforeTokenSigning", (token) => {
  token.payload.exp = token.payload.iat + lifetime;
});
server.service.on("beforeResponse", (response) => {
  response.body.expires_in = silent ? 3600 : lifetime;
});
await server.start(0, "127.0.0.1");
const { port } = server.address();
server.issuer.url = `http://127.0.0.1:${port}`;
console.log(server.issuer.url);
process.stdin.on("end", () => process.exit(0)).resume();
