#include "crypto/sealed.h"

#include <algorithm>
#include <array>

#include "crypto/openssl.h"
#include "crypto/sha2.h"

namespace salus::crypto {
namespace {

constexpr std::array<std::uint8_t, 4> kMagicFormatSuite{'S', 'R', 1, 1};
constexpr std::size_t kHeaderBytes = 8;
constexpr std::size_t kSaltBytes = 24;
constexpr std::size_t kCommitmentBytes = 32;
constexpr std::size_t kFirstChunk = kHeaderBytes + kSaltBytes + kCommitmentBytes;
constexpr std::size_t kChunkBytes = std::size_t{16} * 1024;  // of plaintext
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kRandomBytes = 32;  // that go into one salt

using Nonce = std::array<std::uint8_t, kNonceBytes>;

// The last chunk is always shorter than 16 KiB: that is what makes a record cut off at a chunk's
// border invalid without a look at its contents.
bool is_well_formed(BytesView record) {
    if (record.size() < kFirstChunk + kTagBytes) return false;
    if (!std::ranges::equal(record.first(kMagicFormatSuite.size()), kMagicFormatSuite)) {
        return false;
    }
    return (record.size() - kFirstChunk) % (kChunkBytes + kTagBytes) >= kTagBytes;
}

std::size_t plaintext_size(BytesView record) {
    auto const chunks = record.size() - kFirstChunk;
    return chunks - (chunks / (kChunkBytes + kTagBytes) + 1) * kTagBytes;
}

Nonce chunk_nonce(BytesView base, std::uint64_t chunk) {
    Nonce nonce;
    std::ranges::copy(base, nonce.begin());
    for (std::size_t i = 0; i < sizeof chunk; ++i) {
        auto& byte = nonce[kNonceBytes - 1 - i];
        byte = static_cast<std::uint8_t>(byte ^ (chunk >> (8 * i)));
    }
    return nonce;
}

// What HKDF-Expand makes for one record, in the order of the specification. On the stack, scrubbed.
class RecordKeys {
public:
    RecordKeys() = default;
    ~RecordKeys() { scrub(bytes_); }
    RecordKeys(RecordKeys const&) = delete;
    RecordKeys& operator=(RecordKeys const&) = delete;
    [[nodiscard]] std::span<std::uint8_t> buffer() { return bytes_; }
    [[nodiscard]] BytesView key() const { return BytesView(bytes_).first(kKeyBytes); }
    [[nodiscard]] BytesView base_nonce() const {
        return BytesView(bytes_).subspan(kKeyBytes, kNonceBytes);
    }
    [[nodiscard]] BytesView commitment() const { return BytesView(bytes_).last(kCommitmentBytes); }

private:
    std::array<std::uint8_t, kKeyBytes + kNonceBytes + kCommitmentBytes> bytes_{};
};

void derive(RecordKeys& keys, SecretBytes const& key, BytesView salt, BytesView header,
            BytesView context) {
    SALUS_CHECK(key.size() == kKeyBytes);
    constexpr std::string_view kScheme = "c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM";
    std::uint8_t const separator = 0;
    HmacKey<Sha512> const derivation(key.reveal());
    hkdf_expand(derivation, {bytes_of(kScheme), BytesView(&separator, 1), salt, header, context},
                keys.buffer());
}

HmacKey<Sha256> hedge_key(Random& source) {
    auto const key = random_secret(source, kKeyBytes);
    return HmacKey<Sha256>(key.reveal());
}

}  // namespace

Result<Sealed> Sealed::from_storage(Bytes bytes) {
    if (!is_well_formed(bytes)) return fail(Errc::corrupt, "not a sealed record");
    return Sealed(std::move(bytes));
}

std::uint32_t Sealed::key_version() const noexcept {
    return read_u32(BytesView(bytes_).subspan(kMagicFormatSuite.size()));
}

struct Sealer::State {
    explicit State(Random& source)
        : random(source), hedge(hedge_key(source)), cipher(EVP_CIPHER_CTX_new()) {
        SALUS_CHECK(cipher != nullptr);
        SALUS_CHECK(EVP_CipherInit_ex2(cipher.get(), aes_256_gcm(), nullptr, nullptr, 1, nullptr) ==
                    1);
    }

    void make_salt(BytesView header, BytesView context, BytesView plaintext,
                   std::span<std::uint8_t> salt) {
        std::array<std::uint8_t, kRandomBytes> fresh;
        random.fill(fresh);
        std::array<std::uint8_t, Sha256::kSize> digest;
        Running<Sha256>().add(plaintext).finish(digest);
        Bytes length;
        append_u64(length, context.size());
        std::array<std::uint8_t, Sha256::kSize> code;
        hedge.compute({fresh, header, length, context, digest}, code);
        std::ranges::copy(std::span(code).first(salt.size()), salt.begin());
        scrub(fresh);
        scrub(digest);
    }

    void start(BytesView key, int encrypt) const {
        SALUS_CHECK(
            EVP_CipherInit_ex2(cipher.get(), nullptr, key.data(), nullptr, encrypt, nullptr) == 1);
    }
    // Another key schedule takes the place of the record's.
    void forget() const {
        std::array<std::uint8_t, kKeyBytes> const zeros{};
        start(zeros, 1);
    }

    // REQUIRES: start(); out.size() == plaintext.size() + kTagBytes.
    void seal_chunk(Nonce const& nonce, BytesView plaintext, std::span<std::uint8_t> out) const {
        auto* const context = cipher.get();
        int count = 0;
        SALUS_CHECK(EVP_CipherInit_ex2(context, nullptr, nullptr, nonce.data(), 1, nullptr) == 1);
        SALUS_CHECK(EVP_EncryptUpdate(context, out.data(), &count, plaintext.data(),
                                      static_cast<int>(plaintext.size())) == 1);
        SALUS_CHECK(EVP_EncryptFinal_ex(context, out.data() + count, &count) == 1);
        SALUS_CHECK(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kTagBytes,
                                        out.last(kTagBytes).data()) == 1);
    }
    // REQUIRES: start(); chunk.size() == out.size() + kTagBytes.
    [[nodiscard]] bool open_chunk(Nonce const& nonce, BytesView chunk,
                                  std::span<std::uint8_t> out) const {
        auto* const context = cipher.get();
        int count = 0;
        std::array<std::uint8_t, kTagBytes> tag;
        std::ranges::copy(chunk.last(kTagBytes), tag.begin());
        if (EVP_CipherInit_ex2(context, nullptr, nullptr, nonce.data(), 0, nullptr) != 1 ||
            EVP_DecryptUpdate(context, out.data(), &count, chunk.data(),
                              static_cast<int>(out.size())) != 1 ||
            EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag.data()) != 1) {
            return false;
        }
        return EVP_DecryptFinal_ex(context, out.data() + out.size(), &count) == 1;
    }

    RandomBatch random;
    HmacKey<Sha256> hedge;
    CipherContext cipher;
};

Sealer::Sealer(Random& random) : state_(std::make_unique<State>(random)) {}
Sealer::~Sealer() = default;
Sealer::Sealer(Sealer&&) noexcept = default;

Sealed Sealer::seal(SecretBytes const& key, std::uint32_t key_version, Context const& context,
                    BytesView plaintext) {
    auto const chunk_count = plaintext.size() / kChunkBytes + 1;
    auto const record_size = kFirstChunk + plaintext.size() + chunk_count * kTagBytes;
    Bytes record;
    record.reserve(record_size);
    append(record, kMagicFormatSuite);
    append_u32(record, key_version);
    record.resize(record_size);
    std::span<std::uint8_t> const out(record);
    auto const header = out.first(kHeaderBytes);
    auto const salt = out.subspan(kHeaderBytes, kSaltBytes);
    state_->make_salt(header, context.bytes(), plaintext, salt);

    RecordKeys keys;
    derive(keys, key, salt, header, context.bytes());
    std::ranges::copy(keys.commitment(), out.subspan(kHeaderBytes + kSaltBytes).begin());
    state_->start(keys.key(), 1);
    auto rest = out.subspan(kFirstChunk);
    for (std::uint64_t chunk = 0; chunk < chunk_count; ++chunk) {
        auto const piece = plaintext.first(std::min(plaintext.size(), kChunkBytes));
        state_->seal_chunk(chunk_nonce(keys.base_nonce(), chunk), piece,
                           rest.first(piece.size() + kTagBytes));
        plaintext = plaintext.subspan(piece.size());
        rest = rest.subspan(piece.size() + kTagBytes);
    }
    state_->forget();
    return Sealed(std::move(record));
}

std::size_t Sealer::opened_size(Sealed const& sealed) noexcept {
    return plaintext_size(sealed.bytes());
}

Result<void> Sealer::open_into(SecretBytes const& key, Context const& context, Sealed const& sealed,
                               std::span<std::uint8_t> plaintext) {
    constexpr Literal kWhy = "a sealed record does not open";
    auto const record = sealed.bytes();
    if (!is_well_formed(record)) return fail(Errc::corrupt, kWhy);
    SALUS_CHECK(plaintext.size() == plaintext_size(record));
    auto const header = record.first(kHeaderBytes);
    auto const salt = record.subspan(kHeaderBytes, kSaltBytes);
    auto const commitment = record.subspan(kHeaderBytes + kSaltBytes, kCommitmentBytes);
    RecordKeys keys;
    derive(keys, key, salt, header, context.bytes());
    if (!equal_constant_time(keys.commitment(), commitment)) return fail(Errc::corrupt, kWhy);

    auto authentic = true;
    auto out = plaintext;
    auto rest = record.subspan(kFirstChunk);
    state_->start(keys.key(), 0);
    for (std::uint64_t chunk = 0; authentic && !rest.empty(); ++chunk) {
        auto const piece = out.first(std::min(out.size(), kChunkBytes));
        authentic = state_->open_chunk(chunk_nonce(keys.base_nonce(), chunk),
                                       rest.first(piece.size() + kTagBytes), piece);
        out = out.subspan(piece.size());
        rest = rest.subspan(piece.size() + kTagBytes);
    }
    state_->forget();
    if (authentic) return {};
    scrub(plaintext);
    return fail(Errc::corrupt, kWhy);
}

Result<std::string> Sealer::open(SecretBytes const& key, Context const& context,
                                 Sealed const& sealed, std::size_t slack) {
    // A record that was moved from has no size.
    if (!is_well_formed(sealed.bytes()))
        return fail(Errc::corrupt, "a sealed record does not open");
    // Never inside the string object itself, where a move would leave a copy of the plaintext.
    constexpr std::size_t kOnTheHeap = 32;
    auto const size = plaintext_size(sealed.bytes());
    Result<void> opened;
    std::string text;
    // Not zeroed first, which for a large record is a pass over memory that nothing has touched.
    text.resize_and_overwrite(
        std::max(size + slack, kOnTheHeap), [&](char* memory, std::size_t whole) noexcept {
            std::span const buffer(reinterpret_cast<std::uint8_t*>(memory), whole);
            std::ranges::fill(buffer.subspan(size), std::uint8_t{0});
            opened = open_into(key, context, sealed, buffer.first(size));
            // Nothing was opened, or it was scrubbed.
            return opened ? size : 0;
        });
    if (!opened) return fail(std::move(opened).error());
    return text;
}

}  // namespace salus::crypto
