#include "keys/sealed_file/kek_file.h"

#include <algorithm>

#include "crypto/hmac.h"
#include "crypto/module.h"
#include "foundation/check.h"
#include "foundation/limits.h"

namespace salus::keys {
namespace {

constexpr std::string_view kMagic = "SALUSKEK";
constexpr std::uint32_t kScryptFormat = 1;
constexpr std::uint32_t kPbkdf2Format = 2;
// About a second of one core; OWASP's least is 210,000.
constexpr std::uint64_t kIterations = 1'000'000;
constexpr std::size_t kFormatAt = 8;
constexpr std::size_t kCostAt = 12;
constexpr std::size_t kSaltAt = 28;
constexpr std::size_t kSaltBytes = 32;
constexpr std::size_t kVerifierAt = 60;
constexpr std::size_t kChecksumAt = 92;
constexpr std::size_t kTenantBytes = 32;
constexpr std::size_t kIdBytes = 16;

crypto::ScryptCost cost_of(BytesView header) {
    return {.n = read_u64(header.subspan(kCostAt)),
            .r = read_u32(header.subspan(kCostAt + 8)),
            .p = read_u32(header.subspan(kCostAt + 12))};
}

Result<SecretBytes> stretched_key(SecretBytes const& passphrase, BytesView parameters) {
    auto const salt = parameters.subspan(kSaltAt, kSaltBytes);
    auto const cost = cost_of(parameters);
    if (read_u32(parameters.subspan(kFormatAt)) == kPbkdf2Format) {
        return crypto::pbkdf2(passphrase, salt, cost.n, kKeyBytes);
    }
    if (crypto::approved_only()) {
        return fail(Errc::not_supported,
                    "the key file needs scrypt, which no FIPS module has: `salus keys reseal` "
                    "makes it one of PBKDF2");
    }
    return crypto::scrypt(passphrase, salt, cost, kKeyBytes);
}

// One result serves twice, through keys that tell nothing about each other.
struct PassphraseKeys {
    SecretBytes seal;
    SecretBytes verifier;
};

// `parameters`: the header before the verifier.
Result<PassphraseKeys> stretch(SecretBytes const& passphrase, BytesView parameters) {
    SALUS_TRY(auto const stretched, stretched_key(passphrase, parameters));
    return PassphraseKeys{
        .seal = crypto::derive_key(stretched, "kek-file/seal", parameters),
        .verifier = crypto::derive_key(stretched, "kek-file/verifier", parameters)};
}

// Reads a bounded sequence; whatever is missing makes the whole thing corrupt.
class Reader {
public:
    explicit Reader(BytesView rest) : rest_(rest) {}
    BytesView take(std::size_t count) {
        complete_ = complete_ && count <= rest_.size();
        if (!complete_) return {};
        auto const piece = rest_.first(count);
        rest_ = rest_.subspan(count);
        return piece;
    }
    std::uint32_t number() {
        auto const piece = take(4);
        return complete_ ? read_u32(piece) : 0;
    }
    [[nodiscard]] bool complete() const noexcept { return complete_; }
    [[nodiscard]] bool at_end() const noexcept { return complete_ && rest_.empty(); }

private:
    BytesView rest_;
    bool complete_ = true;
};

}  // namespace

Stretching usual_stretching() noexcept {
    return crypto::approved_only() ? Stretching::pbkdf2 : Stretching::scrypt;
}

Stretching KekFileHeader::stretching() const noexcept {
    auto const format = read_u32(BytesView(bytes_).subspan(kFormatAt));
    return format == kPbkdf2Format ? Stretching::pbkdf2 : Stretching::scrypt;
}

Result<KekFileHeader> KekFileHeader::make(SecretBytes const& passphrase, Stretching stretching,
                                          crypto::ScryptCost cost, crypto::Random& random) {
    Bytes bytes;
    append(bytes, bytes_of(kMagic));
    bool const approved = stretching == Stretching::pbkdf2;
    append_u32(bytes, approved ? kPbkdf2Format : kScryptFormat);
    append_u64(bytes, approved ? kIterations : cost.n);
    append_u32(bytes, approved ? 0 : cost.r);
    append_u32(bytes, approved ? 0 : cost.p);
    std::array<std::uint8_t, kSaltBytes> salt{};
    random.fill(salt);
    append(bytes, salt);
    SALUS_TRY(auto const keys, stretch(passphrase, bytes));
    append(bytes, keys.verifier.reveal());
    append(bytes, crypto::sha256(bytes));
    SALUS_CHECK(bytes.size() == kKekFileHeaderBytes);
    return KekFileHeader(std::move(bytes));
}

Result<KekFileHeader> KekFileHeader::parse(BytesView file) {
    constexpr Literal kWhy = "the file of key-encryption keys is damaged";
    if (file.size() < kKekFileHeaderBytes) return fail(Errc::corrupt, kWhy);
    auto const header = file.first(kKekFileHeaderBytes);
    if (text_of(header.first(kMagic.size())) != kMagic) return fail(Errc::corrupt, kWhy);
    auto const format = read_u32(header.subspan(kFormatAt));
    if (format != kScryptFormat && format != kPbkdf2Format) return fail(Errc::corrupt, kWhy);
    if (!std::ranges::equal(crypto::sha256(header.first(kChecksumAt)),
                            header.subspan(kChecksumAt))) {
        return fail(Errc::corrupt, kWhy);
    }
    return KekFileHeader(Bytes(header.begin(), header.end()));
}

Result<SecretBytes> KekFileHeader::seal_key(SecretBytes const& passphrase) const {
    BytesView const header(bytes_);
    auto keys = stretch(passphrase, header.first(kVerifierAt));
    if (!keys && keys.error().code == Errc::not_supported) return fail(keys.error());
    if (!keys) return fail(Errc::corrupt, "the file of key-encryption keys has an absurd cost");
    if (!equal_constant_time(keys->verifier.reveal(), header.subspan(kVerifierAt, kKeyBytes))) {
        return fail(Errc::unauthenticated, "the passphrase of the key file is wrong");
    }
    return std::move(keys->seal);
}

// root (32), count (u32), then for each key: length of the tenant's name (u32), name, epoch (u32),
// id (16), key (32).
SecretBytes encode_keks(KekFileContents const& contents) {
    constexpr std::size_t kLargestEntry = 4 + kTenantBytes + 4 + kIdBytes + kKeyBytes;
    // Reserved in full first: a vector that grew would leave keys behind.
    Bytes encoded;
    encoded.reserve(kKeyBytes + 4 + contents.keks.size() * kLargestEntry);
    auto const root = contents.root.copy();
    append(encoded, root.reveal());
    append_u32(encoded, static_cast<std::uint32_t>(contents.keks.size()));
    for (auto const& [name, kek] : contents.keks) {
        append_u32(encoded, static_cast<std::uint32_t>(name.tenant.text().size()));
        append(encoded, bytes_of(name.tenant.text()));
        append_u32(encoded, name.epoch);
        append(encoded, kek.id.bytes());
        auto const key = kek.key.copy();
        append(encoded, key.reveal());
    }
    SecretBytes secret{BytesView(encoded)};
    scrub(encoded);
    return secret;
}

Result<KekFileContents> decode_keks(BytesView encoded, KeyMemory& memory) {
    constexpr Literal kWhy = "the file of key-encryption keys has a wrong form";
    Reader reader(encoded);
    auto const root = reader.take(kKeyBytes);
    auto const count = reader.number();
    if (!reader.complete() || count > limits::kKeyEncryptionKeys) {
        return fail(Errc::corrupt, kWhy);
    }
    SALUS_TRY(auto root_slot, memory.store(root));
    KekFileContents contents{.root = std::move(root_slot), .keks = {}};
    for (std::uint32_t i = 0; i < count; ++i) {
        auto const tenant = reader.take(reader.number());
        auto const epoch = reader.number();
        auto const id = reader.take(kIdBytes);
        auto const key = reader.take(kKeyBytes);
        if (!reader.complete()) return fail(Errc::corrupt, kWhy);
        SALUS_TRY(auto slot, memory.store(key));
        contents.keks.emplace(
            KekName{.tenant = TenantName(std::string(text_of(tenant))), .epoch = epoch},
            Kek{.id = KeyId::from(id), .key = std::move(slot)});
    }
    if (!reader.at_end()) return fail(Errc::corrupt, kWhy);
    return contents;
}

}  // namespace salus::keys
