{# No value is below the least one. #}
{% test at_least(model, column_name, least) %}
select {{ column_name }}
from {{ model }}
where {{ column_name }} < {{ least }}
{% endtest %}
