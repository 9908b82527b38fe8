#include "fhir/packages/gunzip.h"

#include <algorithm>
#include <array>
#include <limits>
#include <zlib.h>

namespace salus::fhir {
namespace {

constexpr std::size_t kPiece = std::size_t{64} * 1024;
constexpr int kGzipOnly = 15 + 16;  // zlib.h, inflateInit2: largest window, gzip header

class Inflate {
public:
    Inflate() : ready_(inflateInit2(&stream_, kGzipOnly) == Z_OK) {}
    ~Inflate() {
        if (ready_) inflateEnd(&stream_);
    }
    Inflate(Inflate const&) = delete;
    Inflate& operator=(Inflate const&) = delete;
    [[nodiscard]] bool ready() const noexcept { return ready_; }
    [[nodiscard]] z_stream& stream() noexcept { return stream_; }

private:
    z_stream stream_{};
    bool ready_;
};

}  // namespace

Result<void> gunzip(BytesView compressed, std::size_t bound, TakePiece const& take) {
    Inflate inflater;
    if (!inflater.ready()) return fail(Errc::unavailable, "out of memory");
    if (compressed.size() > std::numeric_limits<uInt>::max())
        return fail(Errc::too_large, "the file is too large");
    auto& stream = inflater.stream();
    // zlib does not write through it.
    stream.next_in = const_cast<Bytef*>(reinterpret_cast<Bytef const*>(compressed.data()));
    stream.avail_in = static_cast<uInt>(compressed.size());
    std::array<char, kPiece> piece{};
    std::size_t total = 0;
    int state = Z_OK;
    while (state == Z_OK) {
        stream.next_out = reinterpret_cast<Bytef*>(piece.data());
        stream.avail_out = kPiece;
        state = inflate(&stream, Z_NO_FLUSH);
        auto const size = kPiece - stream.avail_out;
        total += size;
        if (total > bound) return fail(Errc::too_large, "the file unpacks to too much");
        if (size > 0) SALUS_TRY_VOID(take(std::string_view(piece.data(), size)));
    }
    if (state != Z_STREAM_END || stream.avail_in != 0)
        return fail(Errc::invalid, "not one whole gzip file");
    return {};
}

}  // namespace salus::fhir
