#include "crypto/ecdsa_encoding.h"

#include <algorithm>
#include <openssl/ecdsa.h>
#include <openssl/err.h>

#include "crypto/openssl.h"
#include "foundation/check.h"

namespace salus::crypto {

using EcdsaSignature = OpensslPtr<ECDSA_SIG, ECDSA_SIG_free>;

Bytes ecdsa_to_der(BytesView raw) {
    auto const half = raw.size() / 2;
    EcdsaSignature const signature(ECDSA_SIG_new());
    BigNumber r(BN_bin2bn(raw.data(), static_cast<int>(half), nullptr));
    BigNumber s(BN_bin2bn(raw.data() + half, static_cast<int>(half), nullptr));
    SALUS_CHECK(signature && r && s);
    SALUS_CHECK(ECDSA_SIG_set0(signature.get(), r.release(), s.release()) == 1);
    auto const size = i2d_ECDSA_SIG(signature.get(), nullptr);
    if (size <= 0) return {};
    Bytes der(static_cast<std::size_t>(size));
    auto* out = der.data();
    i2d_ECDSA_SIG(signature.get(), &out);
    return der;
}

Bytes ecdsa_to_raw(BytesView der, std::size_t coordinate_size) {
    auto const* in = der.data();
    EcdsaSignature const signature(d2i_ECDSA_SIG(nullptr, &in, static_cast<long>(der.size())));
    if (!signature) {
        ERR_clear_error();
        return {};
    }
    Bytes raw(2 * coordinate_size);
    auto const size = static_cast<int>(coordinate_size);
    if (BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), raw.data(), size) != size ||
        BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), raw.data() + coordinate_size, size) !=
            size) {
        return {};
    }
    // The decoder also takes BER, negative numbers and what follows: one signature, one spelling.
    if (!std::ranges::equal(ecdsa_to_der(raw), der)) return {};
    return raw;
}

}  // namespace salus::crypto
