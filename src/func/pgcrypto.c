#include "func/func.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <crypt.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <strings.h>

/* pgcrypto: hashes, password hashes, raw encryption and random data, by OpenSSL and libcrypt. */

enum { RANDOM_MAX = 1024 };

static bool refuse(struct fcall *call, const char *format, const char *what)
{
    return diag_set(call->diag, ERRCODE_EXTERNAL_ROUTINE_INVOCATION_EXCEPTION, format, what);
}

/* ---- hashes ---- */

static const EVP_MD *hash_named(struct fcall *call, const struct datum *name)
{
    const char *text = arena_strndup(call->arena, name->data, name->len);
    for (char *at = (char *) text; *at; at++)
        if (*at >= 'A' && *at <= 'Z')
            *at += 32;
    const EVP_MD *hash = EVP_get_digestbyname(text);
    if (!hash)
        diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "Cannot use \"%s\": No such hash algorithm", text);
    return hash;
}

static bool give_bytes(struct fcall *call, const void *data, size_t len, struct datum *result)
{
    *result = datum_blob(arena_strndup(call->arena, data, len), len);
    return true;
}

static bool digest(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    uint8_t bytes[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    const EVP_MD *hash = hash_named(call, &args[1]);
    (void) nargs;
    if (!hash)
        return false;
    if (!EVP_Digest(args[0].len ? args[0].data : "", args[0].len, bytes, &size, hash, NULL))
        return refuse(call, "digest error: %s", "hash cannot be initialized");
    return give_bytes(call, bytes, size, result);
}

static bool hmac(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    uint8_t bytes[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    const EVP_MD *hash = hash_named(call, &args[2]);
    (void) nargs;
    if (!hash)
        return false;
    const char *key = args[1].len ? args[1].data : "", *data = args[0].len ? args[0].data : "";
    if (!HMAC(hash, key, (int) args[1].len, (const unsigned char *) data, args[0].len, bytes, &size))
        return refuse(call, "hmac error: %s", "hash cannot be initialized");
    return give_bytes(call, bytes, size, result);
}

/* ---- passwords ---- */

static const char salt_letters[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
static const char blowfish_letters[] = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

static void random_letters(char *out, int count)
{
    for (int i = 0; i < count; i++)
        out[i] = salt_letters[arc4random_uniform(64)];
}

static const char *make_salt(struct fcall *call, const char *type, int64_t rounds)
{
    char salt[32] = "";
    bool good = true;
    if (strcasecmp(type, "des") == 0) {
        good = rounds == 0 || rounds == 25;
        random_letters(salt, 2);
    } else if (strcasecmp(type, "xdes") == 0) {
        if (rounds == 0)
            rounds = 29 * 25;
        good = rounds > 0 && rounds <= 0xffffff && (rounds & 1);
        salt[0] = '_';
        for (int i = 0; i < 4; i++)
            salt[1 + i] = salt_letters[(rounds >> (6 * i)) & 63];
        random_letters(salt + 5, 4);
    } else if (strcasecmp(type, "md5") == 0) {
        good = rounds == 0 || rounds == 1000;
        memcpy(salt, "$1$", 3);
        random_letters(salt + 3, 8);
    } else if (strcasecmp(type, "bf") == 0) {
        if (rounds == 0)
            rounds = 6;
        good = rounds >= 4 && rounds <= 31;
        memcpy(salt, "$2a$00$", 7);
        salt[4] = (char) ('0' + (good ? rounds / 10 : 0));
        salt[5] = (char) ('0' + (good ? rounds % 10 : 0));
        for (int i = 0; i < 21; i++)
            salt[7 + i] = blowfish_letters[arc4random_uniform(64)];
        /* 16 bytes are 21 letters and 2 bits. */
        salt[28] = blowfish_letters[arc4random_uniform(4) << 4];
    } else {
        diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "gen_salt: Unknown salt algorithm");
        return NULL;
    }
    if (!good) {
        diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "gen_salt: Incorrect number of rounds");
        return NULL;
    }
    return arena_strdup(call->arena, salt);
}

static bool gen_salt(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    const char *salt = make_salt(call, arena_strndup(call->arena, args[0].data, args[0].len), nargs > 1 ? args[1].i : 0);
    if (salt)
        *result = datum_cstr(salt);
    return salt != NULL;
}

/* libcrypt is loaded when a password is hashed: few sessions do. */
static char *hash_password(const char *password, const char *salt, struct crypt_data *data)
{
    static char *(*hash)(const char *, const char *, struct crypt_data *);
    if (!hash) {
        void *library = dlopen("libcrypt.so.1", RTLD_NOW | RTLD_LOCAL);
        void *symbol = library ? dlsym(library, "crypt_r") : NULL;
        memcpy(&hash, &symbol, sizeof hash);
    }
    return hash ? hash(password, salt, data) : NULL;
}

static bool password_crypt(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    const char *password = arena_strndup(call->arena, args[0].data, args[0].len),
               *salt = arena_strndup(call->arena, args[1].data, args[1].len);
    struct crypt_data *data = xcalloc(1, sizeof *data);
    /* Of the other schemes that libcrypt knows, PostgreSQL has none. */
    bool known = salt[0] != '$' || strncmp(salt, "$1$", 3) == 0 || strncmp(salt, "$2a$", 4) == 0 || strncmp(salt, "$2x$", 4) == 0;
    const char *hashed = known && args[1].len >= 2 ? hash_password(password, salt, data) : NULL;
    bool good = hashed && *hashed != '*';
    if (good)
        *result = datum_cstr(arena_strdup(call->arena, hashed));
    free(data);
    return good || diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "invalid salt");
}

/* ---- ciphers ---- */

struct cipher {
    const EVP_CIPHER *cipher;
    size_t key_size; /* 0: any up to 56 */
    bool padded;
};

static bool cipher_named(struct fcall *call, const struct datum *name, size_t key_len, struct cipher *out)
{
    const char *whole = arena_strndup(call->arena, name->data, name->len);
    char *text = arena_strndup(call->arena, name->data, name->len);
    for (char *at = text; *at; at++)
        if (*at >= 'A' && *at <= 'Z')
            *at += 32;
    *out = (struct cipher){.padded = true};
    char *options = strchr(text, '/');
    bool good = true;
    if (options) {
        *options++ = '\0';
        good = strcmp(options, "pad:pkcs") == 0 || strcmp(options, "pad:none") == 0;
        out->padded = strcmp(options, "pad:none") != 0;
    }
    size_t len = strlen(text);
    bool ecb = len > 4 && strcmp(text + len - 4, "-ecb") == 0;
    if (len > 4 && (ecb || strcmp(text + len - 4, "-cbc") == 0))
        text[len - 4] = '\0';
    if (strcmp(text, "aes") == 0 || strcmp(text, "rijndael") == 0) {
        out->key_size = key_len <= 16 ? 16 : key_len <= 24 ? 24 : 32;
        out->cipher = out->key_size == 16   ? ecb ? EVP_aes_128_ecb() : EVP_aes_128_cbc()
                        : out->key_size == 24 ? ecb ? EVP_aes_192_ecb() : EVP_aes_192_cbc()
                        : ecb ? EVP_aes_256_ecb()
                                            : EVP_aes_256_cbc();
    } else if (strcmp(text, "bf") == 0 || strcmp(text, "blowfish") == 0) {
        out->cipher = ecb ? EVP_bf_ecb() : EVP_bf_cbc();
    } else if (strcmp(text, "des") == 0) {
        out->key_size = 8;
        out->cipher = ecb ? EVP_des_ecb() : EVP_des_cbc();
    } else if (strcmp(text, "3des") == 0) {
        out->key_size = 24;
        out->cipher = ecb ? EVP_des_ede3_ecb() : EVP_des_ede3_cbc();
    } else if (strcmp(text, "cast5") == 0) {
        out->key_size = 16;
        out->cipher = ecb ? EVP_cast5_ecb() : EVP_cast5_cbc();
    } else
        good = false;
    return good || diag_set(call->diag, ERRCODE_INVALID_PARAMETER_VALUE, "Cannot use \"%s\": No such cipher algorithm", whole);
}

static bool run_cipher(struct fcall *call, bool encrypting, const struct datum *data, const struct datum *key,
                       const struct datum *iv, const struct datum *type, struct datum *result)
{
    struct cipher cipher;
    uint8_t key_bytes[64] = {0}, iv_bytes[EVP_MAX_IV_LENGTH] = {0};
    if (!cipher_named(call, type, key->len, &cipher))
        return false;
    /* Keys and initial vectors are cut, or filled with zeros, to the length that the cipher wants. */
    size_t key_size = cipher.key_size ? cipher.key_size : key->len < 56 ? key->len : 56;
    memcpy(key_bytes, key->len ? key->data : "", key->len < key_size ? key->len : key_size);
    if (iv && iv->len)
        memcpy(iv_bytes, iv->data, iv->len < sizeof iv_bytes ? iv->len : sizeof iv_bytes);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    uint8_t *out = arena_alloc(call->arena, (size_t) data->len + EVP_MAX_BLOCK_LENGTH);
    int size = 0, rest = 0;
    const char *failed = NULL;
    if (!EVP_CipherInit_ex(context, cipher.cipher, NULL, NULL, NULL, encrypting) ||
        (!cipher.key_size && !EVP_CIPHER_CTX_set_key_length(context, (int) key_size)) ||
        !EVP_CipherInit_ex(context, NULL, NULL, key_bytes, iv_bytes, encrypting) ||
        !EVP_CIPHER_CTX_set_padding(context, cipher.padded))
        failed = "Cipher cannot be initialized";
    else if (!EVP_CipherUpdate(context, out, &size, (const unsigned char *) (data->len ? data->data : ""), (int) data->len) ||
             !EVP_CipherFinal_ex(context, out + size, &rest))
        failed = encrypting ? "Encryption failed" : "Decryption failed";
    EVP_CIPHER_CTX_free(context);
    if (failed)
        return refuse(call, encrypting ? "encrypt error: %s" : "decrypt error: %s", failed);
    *result = datum_blob(out, (size_t) (size + rest));
    return true;
}

static bool encrypt(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return run_cipher(call, true, &args[0], &args[1], NULL, &args[2], result);
}

static bool decrypt(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return run_cipher(call, false, &args[0], &args[1], NULL, &args[2], result);
}

static bool encrypt_iv(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return run_cipher(call, true, &args[0], &args[1], &args[2], &args[3], result);
}

static bool decrypt_iv(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    return run_cipher(call, false, &args[0], &args[1], &args[2], &args[3], result);
}

static bool random_bytes(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    if (args[0].i < 1 || args[0].i > RANDOM_MAX)
        return refuse(call, "%s", "Length not in range");
    uint8_t *bytes = arena_alloc(call->arena, (size_t) args[0].i);
    arc4random_buf(bytes, (size_t) args[0].i);
    *result = datum_blob(bytes, (size_t) args[0].i);
    return true;
}

/* ---- ASCII armor (RFC 4880 §6) ---- */

static uint32_t crc24(const uint8_t *data, size_t len)
{
    uint32_t crc = 0xb704ce;
    for (size_t i = 0; i < len; i++) {
        crc ^= (uint32_t) data[i] << 16;
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 0x800000 ? crc << 1 ^ 0x1864cfb : crc << 1;
    }
    return crc & 0xffffff;
}

enum { ARMOR_LINE = 57 };

static bool armor(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    const uint8_t *data = (const uint8_t *) (args[0].len ? args[0].data : "");
    struct buf out;
    if (nargs != 1)
        return diag_set(call->diag, ERRCODE_FEATURE_NOT_SUPPORTED, "armor headers are not supported yet");
    buf_init(&out);
    buf_puts(&out, "-----BEGIN PGP MESSAGE-----\n\n");
    for (size_t at = 0; at < args[0].len; at += ARMOR_LINE) {
        unsigned char line[80];
        size_t left = args[0].len - at;
        int size = EVP_EncodeBlock(line, data + at, (int) (left < ARMOR_LINE ? left : ARMOR_LINE));
        buf_append(&out, line, (size_t) size);
        buf_putc(&out, '\n');
    }
    uint32_t crc = crc24(data, args[0].len);
    unsigned char check[8];
    EVP_EncodeBlock(check, (uint8_t[]){(uint8_t) (crc >> 16), (uint8_t) (crc >> 8), (uint8_t) crc}, 3);
    buf_printf(&out, "=%.4s\n-----END PGP MESSAGE-----\n", (char *) check);
    *result = datum_text(arena_strndup(call->arena, out.data, out.len), out.len);
    buf_deinit(&out);
    return true;
}

static int decode64(char c)
{
    return c >= 'A' && c <= 'Z'   ? c - 'A'
           : c >= 'a' && c <= 'z' ? c - 'a' + 26
           : c >= '0' && c <= '9' ? c - '0' + 52
           : c == '+'             ? 62
           : c == '/'             ? 63
                                  : -1;
}

/* Base 64 from `at` to `end`, blanks and the padding passed over. False: something else is in it. */
static bool decode_body(const char *at, const char *end, uint8_t *out, size_t *len)
{
    uint32_t bits = 0;
    int nbits = 0;
    *len = 0;
    for (; at < end; at++) {
        if (*at == '\n' || *at == '\r' || *at == ' ' || *at == '=')
            continue;
        int value = decode64(*at);
        if (value < 0)
            return false;
        bits = bits << 6 | (uint32_t) value;
        nbits += 6;
        if (nbits >= 8)
            out[(*len)++] = (uint8_t) (bits >> (nbits -= 8));
    }
    return true;
}

static bool dearmor(struct fcall *call, int nargs, const struct datum *args, struct datum *result)
{
    (void) nargs;
    const char *text = arena_strndup(call->arena, args[0].data, args[0].len), *body = strstr(text, "-----BEGIN ");
    const char *end = body ? strstr(body, "\n-----END ") : NULL, *check = NULL;
    /* A blank line ends the headers, '=' at a line's begin the data. */
    body = body ? strchr(body, '\n') : NULL;
    while (body && body < end && body[1] != '\n' && body[1] != '\r')
        body = strchr(body + 1, '\n');
    for (const char *at = body; at && end && at < end; at++)
        if (at[0] == '\n' && at[1] == '=')
            check = at;
    uint8_t *bytes = arena_alloc(call->arena, args[0].len + 1), crc[8];
    size_t size = 0, crc_size = 0;
    if (!body || !end || !check || end - check > 8 || !decode_body(body, check, bytes, &size) ||
        !decode_body(check + 2, end, crc, &crc_size) || crc_size != 3 ||
        crc24(bytes, size) != ((uint32_t) crc[0] << 16 | (uint32_t) crc[1] << 8 | crc[2]))
        return refuse(call, "%s", "Corrupt ascii-armor");
    *result = datum_blob(bytes, size);
    return true;
}

const struct func_impl func_impls_pgcrypto[] = {
    SCALAR("pg_digest", digest),
    SCALAR("pg_hmac", hmac),
    SCALAR("pg_crypt", password_crypt),
    SCALAR("pg_gen_salt", gen_salt),
    SCALAR("pg_gen_salt_rounds", gen_salt),
    SCALAR("pg_encrypt", encrypt),
    SCALAR("pg_decrypt", decrypt),
    SCALAR("pg_encrypt_iv", encrypt_iv),
    SCALAR("pg_decrypt_iv", decrypt_iv),
    SCALAR("pg_random_bytes", random_bytes),
    NATIVE("pg_random_uuid", "\"gen_random_uuid\"()"),
    SCALAR("pg_armor", armor),
    SCALAR("pg_dearmor", dearmor),
    {0},
};
