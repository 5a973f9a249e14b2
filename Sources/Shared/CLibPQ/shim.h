#pragma once

#include <dlfcn.h>
#include <libpq-fe.h>

/// Bytes that TLS has decrypted and libpq has not yet fetched; zero without TLS.
///
/// PQconsumeInput fetches as much as its buffer has room for, so the rest of a TLS record can stay inside OpenSSL while
/// the socket has nothing more to read: waiting for the socket would then wait for ever. PostgreSQL 15 sends records of
/// 8 kB, which always fit; a TLS proxy may send up to the 16 kB the protocol allows. SSL_pending is looked up because
/// libpq brings OpenSSL along at run time; there is no need to link or include it.
static inline int oms_pq_tls_pending(PGconn *connection) {
    void *ssl = PQsslStruct(connection, "OpenSSL");
    if (!ssl) return 0;
    int (*pending)(const void *) = (int (*)(const void *))dlsym(RTLD_DEFAULT, "SSL_pending");
    return pending ? pending(ssl) : 0;
}
