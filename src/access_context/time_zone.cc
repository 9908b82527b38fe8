#include "access_context/time_zone.h"

#include <algorithm>

#include "foundation/access_context_limits.h"
#include "foundation/file.h"

namespace salus::access_context {
namespace {

constexpr Literal kBrokenZone = "the file of the time zone is broken";
constexpr std::int32_t kOffsetLeast = -89'999;  // RFC 8536 section 3.2, seconds
constexpr std::int32_t kOffsetMost = 93'599;

// RFC 8536 section 3.1: how many of each follow.
struct Header {
    static constexpr std::size_t kSize = 44;
    std::uint8_t version = 0;
    std::size_t utc_marks = 0;
    std::size_t standard_marks = 0;
    std::size_t leap_seconds = 0;
    std::size_t changes = 0;
    std::size_t types = 0;
    std::size_t characters = 0;

    // Of what follows, with times of so many bytes. Each count is below 2^32: no overflow.
    [[nodiscard]] std::size_t data_size(std::size_t time_size) const {
        constexpr std::size_t kType = 6;
        constexpr std::size_t kCorrection = 4;
        return changes * (time_size + 1) + types * kType + characters +
               leap_seconds * (time_size + kCorrection) + standard_marks + utc_marks;
    }
};

std::optional<Header> read_header(BytesView file) {
    static constexpr std::string_view kMagic = "TZif";
    constexpr std::size_t kCounts = 20;  // after magic, version and what is reserved
    if (file.size() < Header::kSize || text_of(file.first(kMagic.size())) != kMagic)
        return std::nullopt;
    auto const count = [&](std::size_t place) {
        return std::size_t{read_u32(file.subspan(kCounts + 4 * place, 4))};
    };
    return Header{.version = file[kMagic.size()],
                  .utc_marks = count(0),
                  .standard_marks = count(1),
                  .leap_seconds = count(2),
                  .changes = count(3),
                  .types = count(4),
                  .characters = count(5)};
}

bool is_zone_name(std::string_view name) {
    if (name.empty() || name.size() > limits::kTimeZoneNameBytes) return false;
    if (name.front() == '/' || name.back() == '/' || name.contains("//")) return false;
    return std::ranges::all_of(name, [](char c) {  // no dot: no way out of the directory
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               c == '/' || c == '_' || c == '+' || c == '-';
    });
}

// "\nCET-1CEST,M3.5.0,M10.5.0/3\n"; nothing: there is no such footer.
std::optional<std::string_view> footer_in(BytesView rest) {
    auto text = text_of(rest);
    if (!text.starts_with('\n')) return std::nullopt;
    text.remove_prefix(1);
    auto const end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    return text.substr(0, end);
}

}  // namespace

Result<TimeZone> TimeZone::parse(BytesView file) {
    constexpr std::size_t kTime = 8;  // bytes, from version 2 on
    constexpr std::size_t kType = 6;
    auto const old = read_header(file);  // the part of version 1 is there for old programs
    if (!old || old->version < '2') return fail(Errc::invalid, kBrokenZone);
    auto const skipped = Header::kSize + old->data_size(4);
    if (skipped > file.size()) return fail(Errc::invalid, kBrokenZone);
    file = file.subspan(skipped);
    auto const header = read_header(file);
    if (!header || header->data_size(kTime) > file.size() - Header::kSize || header->types == 0)
        return fail(Errc::invalid, kBrokenZone);
    if (header->leap_seconds != 0)
        return fail(Errc::invalid, "a time zone that counts leap seconds does not fit the clock");
    auto const data = file.subspan(Header::kSize);
    auto const type_of_change = data.subspan(header->changes * kTime);
    auto const types = type_of_change.subspan(header->changes);
    std::vector<std::int32_t> offsets;
    for (std::size_t i = 0; i < header->types; ++i) {
        offsets.push_back(static_cast<std::int32_t>(read_u32(types.subspan(i * kType, 4))));
        if (offsets.back() < kOffsetLeast || offsets.back() > kOffsetMost)
            return fail(Errc::invalid, kBrokenZone);
    }
    TimeZone zone;
    zone.before_ = offsets.front();
    for (std::size_t i = 0; i < header->changes; ++i) {
        auto const time = static_cast<std::int64_t>(read_u64(data.subspan(i * kTime, kTime)));
        bool const ascending = zone.changes_.empty() || zone.changes_.back() < time;
        if (!ascending || type_of_change[i] >= offsets.size())
            return fail(Errc::invalid, kBrokenZone);
        zone.changes_.push_back(time);
        zone.offsets_.push_back(offsets[type_of_change[i]]);
    }
    auto const footer = footer_in(data.subspan(header->data_size(kTime)));
    if (!footer) return fail(Errc::invalid, kBrokenZone);
    if (!footer->empty()) zone.after_ = DaylightRule::parse(*footer);
    if (!footer->empty() && !zone.after_) return fail(Errc::invalid, kBrokenZone);
    return zone;
}

Result<TimeZone> TimeZone::load(std::string_view name, std::filesystem::path const& directory) {
    if (name == "UTC") return TimeZone();
    if (!is_zone_name(name))
        return fail(Errc::invalid, "a time zone is written as UTC or America/New_York");
    SALUS_TRY(auto const file, read_file(directory / name, limits::kTimeZoneBytes));
    return parse(file);
}

std::chrono::seconds TimeZone::offset(std::chrono::sys_seconds time) const noexcept {
    auto const next = std::ranges::upper_bound(changes_, time.time_since_epoch().count());
    if (next == changes_.end() && after_) return after_->offset(time);
    if (next == changes_.begin()) return std::chrono::seconds(before_);
    return std::chrono::seconds(offsets_[static_cast<std::size_t>(next - changes_.begin()) - 1]);
}

request::LocalTime TimeZone::at(WallTime time) const noexcept {
    using namespace std::chrono;
    auto const moment = floor<seconds>(time);
    auto const local = moment + offset(moment);
    auto const day = floor<days>(local);
    return {.hour = static_cast<int>(floor<hours>(local - day).count()),
            .weekday = static_cast<int>(weekday(day).iso_encoding())};
}

}  // namespace salus::access_context
