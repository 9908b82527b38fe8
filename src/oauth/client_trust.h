// The registered clients, and what the proof of one rests on beside. One for each desk; belongs to
// its thread.
#pragma once

#include <span>

#include "crypto/presented_certificate.h"
#include "oauth/client_directory.h"
#include "oauth/remote_keys.h"

namespace salus::oauth {

struct ClientTrust {
    ClientDirectory clients;
    KeyWish keys;  // that clients registered the address of
    // Whose word about the names of clients counts (tls_client_auth); borrowed, empty: nobody's.
    std::span<crypto::PresentedCertificate const> authorities{};
};

}  // namespace salus::oauth
