// The operational log: JSON lines for the operator. It takes an allow-list of types: numbers, enums
// spelled by us, Literals, durations and ids that are not ePHI. A plain string does not compile, so
// what nobody thought to wrap cannot be logged either (KEY-6).
//
//   log.write(LogLevel::info, "server.started", field("port", port));
//
// Thread safety: write() from any thread; a line is written with one system call.
#pragma once

#include <chrono>
#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>

#include "foundation/clock.h"
#include "foundation/literal.h"
#include "foundation/strong_id.h"

namespace salus {

template <class T>
struct IsLoggableId : std::false_type {};
template <class Tag>
struct IsLoggableId<TextId<Tag>> : std::true_type {};
template <class Tag>
struct IsLoggableId<OpaqueId<Tag>> : std::true_type {};

template <class T>
concept Loggable = std::integral<T> || std::floating_point<T> || std::same_as<T, Literal> ||
                   std::same_as<T, std::chrono::milliseconds> || IsLoggableId<T>::value;

struct LogField {
    Literal name;
    std::string json;  // the value, already encoded
};

namespace log_detail {
std::string encode_text(std::string_view text);
}

template <Loggable T>
[[nodiscard]] LogField field(Literal name, T const& value) {
    if constexpr (std::same_as<T, bool>) {
        return {name, value ? "true" : "false"};
    } else if constexpr (std::is_arithmetic_v<T>) {
        return {name, std::to_string(value)};
    } else if constexpr (std::same_as<T, std::chrono::milliseconds>) {
        return {name, std::to_string(value.count())};
    } else if constexpr (requires { value.hex(); }) {
        return {name, log_detail::encode_text(value.hex())};
    } else {
        return {name, log_detail::encode_text(value.text())};
    }
}

enum class LogLevel { debug, info, warning, error };

class Log {
public:
    // Writes to an open descriptor, which the caller keeps open; 2 is standard error.
    Log(Clock const& clock, int descriptor, LogLevel least) noexcept
        : clock_(clock), descriptor_(descriptor), least_(least) {}

    template <std::same_as<LogField>... Fields>
    void write(LogLevel level, Literal event, Fields const&... fields) const {
        if (level < least_) return;
        LogField const list[] = {fields..., LogField{}};
        write_line(level, event, list, sizeof...(fields));
    }

private:
    void write_line(LogLevel level, Literal event, LogField const* fields, std::size_t count) const;

    Clock const& clock_;
    int descriptor_;
    LogLevel least_;
};

}  // namespace salus
