// The sealed detail of an audit leaf: what may identify a person (address, user agent, the
// request's path and query, the name an unknown client gave), for authorised auditors only. The
// leaf carries the hash of the sealed bytes. Belongs to one thread.
#pragma once

#include "crypto/sealed.h"
#include "foundation/result.h"
#include "request/exchange.h"

namespace salus::audit_controls {

class DetailWriter {
public:
    DetailWriter(request::Tenant const& tenant, crypto::Random& random)
        : tenant_(tenant), sealer_(random) {}
    // Errc::unavailable when the detail key cannot be had: then nothing is recorded or released.
    [[nodiscard]] Result<crypto::Sealed> seal(request::Exchange const& exchange);

private:
    request::Tenant const& tenant_;
    crypto::Sealer sealer_;
};

// Opens them, for an authorised auditor. Belongs to one thread.
class DetailReader {
public:
    DetailReader(request::Tenant const& tenant, crypto::Random& random)
        : tenant_(tenant), opener_(random) {}
    // Canonical JSON of what the writer put in; may be ePHI. Errc::corrupt when it is not the
    // detail of this request's leaf; Errc::unavailable when the key cannot be had.
    [[nodiscard]] Result<std::string> open(RequestId const& request, BytesView sealed);

private:
    request::Tenant const& tenant_;
    crypto::Sealer opener_;
};

}  // namespace salus::audit_controls
