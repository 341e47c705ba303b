// The same as faulty_node.cjs, for an ES module: node faulty_node.mjs PORT [survive].
import { createServer } from "node:http";
import { Server } from "socket.io";
import faulty from "./faulty_node.cjs";

faulty.serve(Server, createServer);
