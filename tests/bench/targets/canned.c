/* A Socket.IO server that answers at once with canned bytes, so that the generator is what is measured.
 *
 *     cc -O2 -o canned canned.c && ./canned        prints its port on 127.0.0.1; ends with its standard input
 *
 * One thread, one epoll loop. It gives the page to any GET, upgrades what asks for a WebSocket, opens
 * Engine.IO, answers CONNECT, acknowledges the first event with an id, and says good-bye to those that leave.
 * GET /navigations tells how many handshakes it has acknowledged. No polling, no TLS, no long frames.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST_BYTES 4096 /* of a request or a frame that is not complete yet */
#define EVENTS 256

enum opcode { TEXT = 1, CLOSE = 8, PING = 9 };

struct connection {
    int fd;
    int is_websocket;
    int has_shaken_hands;
    size_t size;
    unsigned char bytes[MOST_BYTES];
};

static unsigned long navigations;
static struct connection **connections; /* by file descriptor */
static int epoll_fd;
static char page[2048];
static size_t page_size;

static const char OPEN_PACKET[] =
    "0{\"sid\":\"lv_VI97HAXpY6yYWAAAB\",\"upgrades\":[],\"pingTimeout\":20000,\"pingInterval\":25000,"
    "\"maxPayload\":1000000}";
static const char CONNECT_REPLY[] = "40{\"sid\":\"wZX3oN0bSVIhsaknAAAC\"}";

/* SHA-1 (FIPS 180-4) of up to 119 bytes, and base64: Sec-WebSocket-Accept needs no more. */

static uint32_t rotate(uint32_t value, int bits) { return value << bits | value >> (32 - bits); }

static void sha1_block(uint32_t state[5], const unsigned char *block) {
    uint32_t w[80], a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
    for (int i = 0; i < 16; i++)
        w[i] = (uint32_t)block[4 * i] << 24 | block[4 * i + 1] << 16 | block[4 * i + 2] << 8 | block[4 * i + 3];
    for (int i = 16; i < 80; i++) w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    for (int i = 0; i < 80; i++) {
        uint32_t f, k;
        if (i < 20) f = (b & c) | (~b & d), k = 0x5A827999;
        else if (i < 40) f = b ^ c ^ d, k = 0x6ED9EBA1;
        else if (i < 60) f = (b & c) | (b & d) | (c & d), k = 0x8F1BBCDC;
        else f = b ^ c ^ d, k = 0xCA62C1D6;
        uint32_t next = rotate(a, 5) + f + e + k + w[i];
        e = d, d = c, c = rotate(b, 30), b = a, a = next;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d, state[4] += e;
}

static void sha1(const unsigned char *data, size_t size, unsigned char digest[20]) {
    uint32_t state[5] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
    unsigned char padded[128] = {0};
    size_t blocks = (size + 8) / 64 + 1;
    memcpy(padded, data, size);
    padded[size] = 0x80;
    padded[64 * blocks - 2] = (unsigned char)(size * 8 >> 8);
    padded[64 * blocks - 1] = (unsigned char)(size * 8);
    for (size_t i = 0; i < blocks; i++) sha1_block(state, padded + 64 * i);
    for (int i = 0; i < 20; i++) digest[i] = (unsigned char)(state[i / 4] >> (24 - 8 * (i % 4)));
}

static void base64(const unsigned char *data, size_t size, char *text) {
    static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < size; i += 3) {
        uint32_t group = (uint32_t)data[i] << 16;
        if (i + 1 < size) group |= (uint32_t)data[i + 1] << 8;
        if (i + 2 < size) group |= data[i + 2];
        *text++ = DIGITS[group >> 18];
        *text++ = DIGITS[group >> 12 & 63];
        *text++ = i + 1 < size ? DIGITS[group >> 6 & 63] : '=';
        *text++ = i + 2 < size ? DIGITS[group & 63] : '=';
    }
    *text = 0;
}

/* Connections. */

static void drop(struct connection *c) {
    close(c->fd);
    connections[c->fd] = NULL;
    free(c);
}

/* All of it fits into the socket's buffer, or the client does not read: it loses its connection then. */
static int send_all(struct connection *c, const void *data, size_t size) {
    return send(c->fd, data, size, MSG_NOSIGNAL) == (ssize_t)size;
}

static int send_frame(struct connection *c, enum opcode opcode, const char *text, size_t size) {
    unsigned char frame[4 + MOST_BYTES];
    size_t begin = 2;
    frame[0] = 0x80 | opcode;
    if (size < 126) {
        frame[1] = (unsigned char)size;
    } else {
        frame[1] = 126, frame[2] = (unsigned char)(size >> 8), frame[3] = (unsigned char)size;
        begin = 4;
    }
    memcpy(frame + begin, text, size);
    return send_all(c, frame, begin + size);
}

/* Answer one packet; 0 when the connection is over. */
static int answer_packet(struct connection *c, const char *text, size_t size) {
    if (size >= 2 && text[0] == '4' && text[1] == '0')
        return send_frame(c, TEXT, CONNECT_REPLY, sizeof CONNECT_REPLY - 1);
    if (size >= 3 && text[0] == '4' && text[1] == '2') {
        size_t digits = 0;
        char ack[64];
        while (2 + digits < size && digits < 20 && text[2 + digits] >= '0' && text[2 + digits] <= '9') digits++;
        if (!digits) return 1;
        if (!c->has_shaken_hands) c->has_shaken_hands = 1, navigations++;
        int length = snprintf(ack, sizeof ack, "43%.*s[true]", (int)digits, text + 2);
        return send_frame(c, TEXT, ack, (size_t)length);
    }
    if (size == 1 && text[0] == '2') return send_frame(c, TEXT, "3", 1);
    return !(size >= 1 && text[0] == '1'); /* an Engine.IO close; `41` is followed by one or by a close frame */
}

/* Use one frame up; return how many bytes it had, 0 when it is not all there yet, -1 when the connection is over. */
static ssize_t answer_frame(struct connection *c) {
    unsigned char *bytes = c->bytes;
    if (c->size < 6) return 0;
    size_t begin = 6, size = bytes[1] & 127;
    if (size == 127 || !(bytes[1] & 128)) return -1;
    if (size == 126) {
        if (c->size < 8) return 0;
        size = (size_t)bytes[2] << 8 | bytes[3];
        begin = 8;
    }
    if (begin + size > MOST_BYTES) return -1;
    if (c->size < begin + size) return 0;
    unsigned char *data = bytes + begin, *key = data - 4;
    for (size_t i = 0; i < size; i++) data[i] ^= key[i % 4];
    int goes_on = 1;
    switch (bytes[0] & 15) {
    case TEXT: goes_on = answer_packet(c, (char *)data, size); break;
    case PING: goes_on = send_frame(c, 10, (char *)data, size); break;
    case CLOSE: send_frame(c, CLOSE, (char *)data, size < 2 ? 0 : 2); goes_on = 0; break;
    }
    return goes_on ? (ssize_t)(begin + size) : -1;
}

static int switch_protocols(struct connection *c, const char *key) {
    char accepted[128], base[32], reply[256];
    unsigned char digest[20];
    int length = snprintf(accepted, sizeof accepted, "%.24s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key);
    sha1((unsigned char *)accepted, (size_t)length, digest);
    base64(digest, sizeof digest, base);
    length = snprintf(reply, sizeof reply,
                      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                      "Sec-WebSocket-Accept: %s\r\n\r\n", base);
    c->is_websocket = 1;
    /* two writes, as real servers do it: the open packet is the protocol's above */
    return send_all(c, reply, (size_t)length) && send_frame(c, TEXT, OPEN_PACKET, sizeof OPEN_PACKET - 1);
}

static int tell_navigations(struct connection *c) {
    char body[32], reply[256];
    int length = snprintf(body, sizeof body, "%lu", navigations);
    length = snprintf(reply, sizeof reply,
                      "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s", length, body);
    return send_all(c, reply, (size_t)length);
}

/* Use one request up; the same answers as answer_frame. */
static ssize_t answer_request(struct connection *c) {
    unsigned char *end = memmem(c->bytes, c->size, "\r\n\r\n", 4);
    if (!end) return 0;
    ssize_t size = end + 4 - c->bytes;
    *end = 0; /* what is searched below is a string */
    char *head = (char *)c->bytes, *key = strcasestr(head, "\r\nSec-WebSocket-Key:");
    int goes_on;
    if (key) {
        key += strlen("\r\nSec-WebSocket-Key:");
        goes_on = switch_protocols(c, key + strspn(key, " "));
    } else if (!strncmp(head, "GET /navigations ", 17)) {
        goes_on = tell_navigations(c);
    } else {
        goes_on = send_all(c, page, page_size);
    }
    return goes_on ? size : -1;
}

static void serve(struct connection *c) {
    ssize_t got = recv(c->fd, c->bytes + c->size, MOST_BYTES - c->size, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
        drop(c);
        return;
    }
    c->size += (size_t)got;
    while (c->size) {
        ssize_t used = c->is_websocket ? answer_frame(c) : answer_request(c);
        if (used < 0 || (!used && c->size == MOST_BYTES)) {
            drop(c);
            return;
        }
        if (!used) return;
        c->size -= (size_t)used;
        memmove(c->bytes, c->bytes + used, c->size);
    }
}

static void watch(int fd, struct connection *c) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

static void welcome(int listener, size_t most) {
    for (;;) {
        int on = 1, fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) return;
        struct connection *c = (size_t)fd < most ? calloc(1, sizeof *c) : NULL;
        if (!c) {
            close(fd);
            continue;
        }
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        c->fd = fd;
        connections[fd] = c;
        watch(fd, c);
    }
}

static void write_page(void) {
    char body[1024];
    int size = snprintf(body, sizeof body, "<!doctype html>\n<html><head><title>Board</title></head>\n"
                                           "<body data-visitor=\"5f2b1c9e\">\n");
    while (size < 1000) size += snprintf(body + size, sizeof body - (size_t)size, "<p>note</p>\n");
    page_size = (size_t)snprintf(page, sizeof page,
                                 "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
                                 "Content-Length: %d\r\n\r\n%s", size, body);
}

int main(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    struct rlimit files;
    struct connection input = {.fd = 0};
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    getrlimit(RLIMIT_NOFILE, &files);
    connections = calloc(files.rlim_cur, sizeof *connections);
    if (!connections || bind(listener, (struct sockaddr *)&address, length) || listen(listener, 4096)) {
        perror("canned");
        return 1;
    }
    getsockname(listener, (struct sockaddr *)&address, &length);
    write_page();
    epoll_fd = epoll_create1(0);
    watch(listener, NULL);
    watch(input.fd, &input);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    for (;;) {
        struct epoll_event events[EVENTS];
        int count = epoll_wait(epoll_fd, events, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            struct connection *c = events[i].data.ptr;
            if (c == &input) return 0;
            if (c) serve(c);
            else welcome(listener, files.rlim_cur);
        }
    }
}
