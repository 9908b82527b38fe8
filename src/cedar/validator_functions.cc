#include "cedar/validator_functions.h"

#include "cedar/datetime.h"
#include "cedar/decimal.h"
#include "cedar/ip_range.h"

namespace salus::cedar {

FunctionSignature signature_of(Function function) {
    using enum TypeKind;
    switch (function) {
        case Function::ip: return {{text}, ip_range, true};
        case Function::decimal: return {{text}, TypeKind::decimal, true};
        case Function::datetime: return {{text}, date_time, true};
        case Function::duration: return {{text}, TypeKind::duration, true};
        case Function::is_ipv4:
        case Function::is_ipv6:
        case Function::is_loopback:
        case Function::is_multicast: return {{ip_range}, boolean};
        case Function::is_in_range: return {{ip_range, ip_range}, boolean};
        case Function::less_than:
        case Function::less_than_or_equal:
        case Function::greater_than:
        case Function::greater_than_or_equal:
            return {{TypeKind::decimal, TypeKind::decimal}, boolean};
        case Function::offset: return {{date_time, TypeKind::duration}, date_time};
        case Function::duration_since: return {{date_time, date_time}, TypeKind::duration};
        case Function::to_date: return {{date_time}, date_time};
        case Function::to_time: return {{date_time}, TypeKind::duration};
        case Function::to_milliseconds:
        case Function::to_seconds:
        case Function::to_minutes:
        case Function::to_hours:
        case Function::to_days: return {{TypeKind::duration}, integer};
    }
    return {};
}

bool constructs(Function function, std::string_view text) {
    switch (function) {
        case Function::ip: return parse_ip(text).has_value();
        case Function::decimal: return parse_decimal(text).has_value();
        case Function::datetime: return parse_datetime(text).has_value();
        case Function::duration: return parse_duration(text).has_value();
        default: return false;
    }
}

}  // namespace salus::cedar
