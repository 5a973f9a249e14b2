#pragma once

#include <sys/eventfd.h>

// rabbitmq-c 0.11 (Debian 12) installs its headers at the top; 0.12 and newer under rabbitmq-c/.
#if __has_include(<rabbitmq-c/amqp.h>)
#include <rabbitmq-c/amqp.h>
#include <rabbitmq-c/framing.h>
#include <rabbitmq-c/ssl_socket.h>
#include <rabbitmq-c/tcp_socket.h>
#else
#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>
#endif

// amqp_login_with_properties is variadic, which Swift cannot call.
static inline amqp_rpc_reply_t amqp_login_plain(amqp_connection_state_t state, const char *vhost, int frame_max,
                                                int heartbeat, const amqp_table_t *properties, const char *user,
                                                const char *password) {
    return amqp_login_with_properties(state, vhost, 1, frame_max, heartbeat, properties, AMQP_SASL_METHOD_PLAIN, user,
                                      password);
}
